import { once } from 'node:events';
import * as net from 'node:net';
import { closed, on, scenario, streamError, turns } from '../helpers/scenario.js';

const sessionEvents = ['connect', 'error', 'frameError', 'goaway', 'localSettings', 'ping', 'remoteSettings', 'stream', 'timeout', 'close'];
const streamEvents = ['ready', 'response', 'data', 'trailers', 'end', 'finish', 'aborted', 'error', 'close'];

scenario('a session from connect to close', async (http2, _record, arena) => {
  const { server, port } = await arena.serve((stream) => { stream.respond(); stream.end('hello'); });
  let met: any;
  server.on('session', (session: any) => {
    met = session;
    arena.names('server', session, ...sessionEvents);
  });
  const client = arena.connect(port);
  arena.names('client', client, ...sessionEvents);
  const request = client.request();
  arena.names('request', request, ...streamEvents);
  request.resume();
  await closed(request);
  client.close();
  await closed(client, met);
}, {
  differs: 'GOAWAY of a session that closes',
  expected: {
    server: ['connect', 'remoteSettings', 'stream', 'localSettings', 'goaway', 'close'],
    client: ['connect', 'remoteSettings', 'localSettings', 'close'],
    request: ['ready', 'finish', 'response', 'data', 'end', 'close'],
  },
});

scenario('arguments of connect, stream and close', async (_http2, _record, arena) => {
  const { server, port } = await arena.serve();
  server.on('session', (session: any) => {
    arena.watch('server', session, 'connect', 'stream', 'close');
    session.on('stream', (stream: any) => stream.respond({}, { endStream: true }));
  });
  const client = arena.connect(port, {}, (...args: unknown[]) => arena.record('listener', ...args));
  arena.watch('client', client, 'connect', 'close');
  await on(client, 'connect');
  await on(client.request({ 'x-one': '1' }).resume(), 'response');
  client.close();
  await closed(client);
});

scenario('a session whose peer is not there', async (http2, _record, arena) => {
  const gone = net.createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as net.AddressInfo;
  gone.close();
  await once(gone, 'close');
  const client = http2.connect(`http://127.0.0.1:${port}`);
  client.on('error', (error: any) => arena.record('client', 'error', error.code, error.name));
  arena.names('client', client, 'connect', 'close');
  const request = client.request();
  request.on('error', (error: any) => arena.record('request', 'error', error.code, error.name));
  arena.names('request', request, 'close', 'aborted', 'ready', 'end');
  client.ping((error: any) => arena.record('ping', error));
  await closed(client);
  arena.record('state', client.connecting, client.closed, client.destroyed, request.destroyed, request.rstCode);
});

scenario('a frame that cannot be sent', async (_http2, _record, arena) => {
  // A header list beyond nghttp2's limit.
  const { client, session } = await arena.pair({ server: { maxSendHeaderBlockLength: 100 }, onStream: (stream: any) => {
    arena.names('stream', stream, 'aborted', 'close');
    arena.watch('stream', stream, 'frameError', 'error');
    stream.respond({ long: 'x'.repeat(1000) });
    stream.end();
  } });
  arena.watch('server', session, 'frameError');
  const request = client.request();
  arena.names('request', request, ...streamEvents.filter((name) => name !== 'error'));
  arena.watch('request', request, 'error');
  await closed(request);
  arena.record('request', request.rstCode);
}, {
  differs: 'A response whose headers cannot be sent',
  expected: {
    stream: [['frameError', 1, 6, 1], ['error', streamError('NGHTTP2_FRAME_SIZE_ERROR')], 'close'],
    request: ['finish', ['error', streamError('NGHTTP2_FRAME_SIZE_ERROR')], 'close', 6],
  },
});

scenario('a request that cannot be sent', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ client: { maxSendHeaderBlockLength: 100 } });
  arena.watch('client', client, 'frameError', 'error');
  const request = client.request({ long: 'x'.repeat(1000) });
  arena.names('request', request, 'aborted', 'close', 'ready', 'end');
  arena.watch('request', request, 'frameError', 'error');
  await closed(request, client);
  arena.record('request', request.rstCode, client.closed, client.destroyed);
});

for (const code of [0, 2, 11]) {
  scenario(`a GOAWAY with code ${code} and data`, async (_http2, _record, arena) => {
    const { client, session } = await arena.pair();
    arena.watch('client', client, 'goaway', 'error');
    session.goaway(code, 0, Buffer.from('opaque'));
    arena.record('server', session.closed, session.destroyed);
    await on(client, 'goaway');
    // The server's socket is half open for a while, and its session lives as long.
    arena.record('client', client.closed, client.goawayCode, client.goawayLastStreamID);
  });

  scenario(`a GOAWAY with code ${code} while a stream is open`, async (_http2, _record, arena) => {
    const { client, session, stream, request } = await arena.exchange();
    arena.watch('client', client, 'goaway', 'error');
    arena.watch('request', request, 'aborted', 'response', 'end', 'error', 'close');
    arena.watch('stream', stream, 'error');
    arena.watch('server', session, 'error');
    session.goaway(code, 1);
    const over = closed(request);
    await on(client, 'goaway');
    arena.record('client', client.closed, client.destroyed);
    if (code === 0) {
      stream.respond();
      stream.end('x');
      request.resume();
    }
    await over;
    arena.record('request', request.rstCode, request.closed, request.destroyed);
  });
}

scenario('a GOAWAY closes an idle session', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  arena.names('client', client, 'goaway', 'error', 'close');
  arena.names('server', session, 'goaway', 'error', 'close');
  session.goaway();
  await Promise.race([closed(client, session), turns(50)]);
}, {
  differs: 'An idle session that receives GOAWAY(NO_ERROR)',
  expected: { client: ['goaway', 'close'], server: ['close'] },
});

scenario('the timeout of a session', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  arena.record('client', client.setTimeout(10, () => arena.record('client', 'callback')) === client);
  arena.names('client', client, 'timeout', 'close');
  arena.record('client', client.timeout, client.listenerCount('timeout'));
  await on(client, 'timeout');
  arena.record('client', client.destroyed, client.closed);
  arena.record('client', client.setTimeout(0) === client, client.timeout);
  session.setTimeout(10);
  await on(session, 'timeout');
  arena.record('server', session.destroyed, session.closed);
});

scenario('setTimeout of a session with bad arguments', async (_http2, _record, arena) => {
  const { client } = await arena.pair();
  for (const value of ['10', null, undefined, -1, NaN, Infinity, 2 ** 31, {}]) {
    arena.attempt('client', String(value), () => client.setTimeout(value) === client);
    arena.record('client', client.timeout);
  }
  for (const callback of [null, 1, 'f', {}]) arena.attempt('client', String(callback), () => client.setTimeout(10, callback) === client);
  client.destroy();
  arena.attempt('client', 'destroyed', () => client.setTimeout(10, () => {}));
});

scenario('properties of a session before, while and after', async (http2, _record, arena) => {
  const { server, port } = await arena.serve();
  const client = arena.connect(port);
  const look = (lane: string, session: any) => arena.record(lane, {
    alpnProtocol: session.alpnProtocol, closed: session.closed, connecting: session.connecting, destroyed: session.destroyed,
    encrypted: session.encrypted, originSet: session.originSet, pendingSettingsAck: session.pendingSettingsAck, type: session.type,
    state: Object.keys(session.state), socket: typeof session.socket, goawayCode: session.goawayCode, goawayLastStreamID: session.goawayLastStreamID,
  });
  look('client', client);
  const [session] = await once(server, 'session');
  session.on('error', () => {});
  look('server', session);
  if (client.connecting) await on(client, 'connect');
  look('client', client);
  if (client.pendingSettingsAck) await on(client, 'localSettings');
  look('client', client);
  client.close();
  look('client', client);
  await closed(client, session);
  look('client', client);
  look('server', session);
  arena.record('types', http2.constants.NGHTTP2_SESSION_SERVER, http2.constants.NGHTTP2_SESSION_CLIENT);
});

scenario('properties of a session over TLS', async (_http2, _record, arena) => {
  const { server, port } = await arena.serveTls();
  const met = once(server, 'session');
  const client = arena.connectTls(port);
  const look = (lane: string, session: any) => arena.record(lane, session.alpnProtocol, session.encrypted, session.originSet, session.connecting);
  look('client', client);
  const [session] = await met;
  session.on('error', () => {});
  look('server', session);
  if (client.connecting) await on(client, 'connect');
  look('client', client);
  arena.record('client', client.originSet === client.originSet);
  client.destroy();
  look('client', client);
  await closed(client, session);
  look('server', session);
});

scenario('state of a session', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair({ onStream: (stream: any) => { stream.respond(); stream.end('hello'); } });
  const look = (lane: string, { state }: any) => arena.record(lane, { ...state, outboundQueueSize: typeof state.outboundQueueSize, deflateDynamicTableSize: typeof state.deflateDynamicTableSize, inflateDynamicTableSize: typeof state.inflateDynamicTableSize });
  look('client', client);
  look('server', session);
  const request = client.request();
  request.resume();
  await closed(request);
  look('client', client);
  look('server', session);
  client.destroy();
  arena.record('client', client.state);
});

scenario('setLocalWindowSize', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  for (const size of [2 ** 20, 100, 0, 2 ** 31 - 1]) {
    arena.attempt('client', String(size), () => client.setLocalWindowSize(size));
    const { effectiveLocalWindowSize, localWindowSize, effectiveRecvDataLength } = client.state;
    arena.record('client', { effectiveLocalWindowSize, localWindowSize, effectiveRecvDataLength });
  }
  await new Promise((resolve) => client.ping(resolve));
  arena.record('server', session.state.remoteWindowSize);
  arena.record('client', client.localSettings.initialWindowSize);
  for (const bad of ['1', 1.5, -1, 2 ** 31, null, undefined, NaN]) arena.attempt('bad', String(bad), () => client.setLocalWindowSize(bad));
  client.destroy();
  arena.attempt('bad', 'destroyed', () => client.setLocalWindowSize(1));
});

scenario('goaway with bad arguments', async (_http2, _record, arena) => {
  const { client } = await arena.pair();
  for (const args of [['1'], [0, '1'], [0, 0, 'text'], [0, 0, {}], [null], [0, null], [0, 0, null], [undefined, undefined, undefined], [-1], [1.5], [2 ** 32]])
    arena.attempt('client', JSON.stringify(args), () => client.goaway(...args));
  client.destroy();
  arena.attempt('client', 'destroyed', () => client.goaway());
});

scenario('goaway while connecting', async (_http2, _record, arena) => {
  const { server, port } = await arena.serve();
  const met = once(server, 'session');
  const client = arena.connect(port);
  arena.attempt('client', 'goaway', () => client.goaway(0, 0, Buffer.from('early')));
  arena.record('client', client.closed, client.destroyed);
  const [session] = await met;
  arena.watch('server', session, 'goaway');
  await on(session, 'goaway');
});

scenario('ref and unref', async (_http2, _record, arena) => {
  const { port } = await arena.serve();
  const client = arena.connect(port);
  arena.record('client', client.unref(), client.ref());
  await on(client, 'connect');
  arena.record('client', client.unref(), client.ref());
  client.destroy();
  arena.record('client', client.unref(), client.ref());
});

scenario('the socket of a session', async (_http2, _record, arena) => {
  const { client } = await arena.pair();
  const { socket } = client;
  arena.record('client', socket === client.socket, socket instanceof net.Socket, typeof socket.remotePort, socket.encrypted, socket.destroyed);
  for (const name of ['emit', 'end', 'pause', 'read', 'resume', 'write', 'setEncoding', 'setKeepAlive', 'setNoDelay'])
    arena.attempt('get', name, () => typeof socket[name]);
  for (const name of ['emit', 'end', 'pause', 'read', 'resume', 'write', 'setEncoding', 'setKeepAlive', 'setNoDelay'])
    arena.attempt('set', name, () => { socket[name] = undefined; });
  arena.attempt('set', 'mine', () => { socket.mine = 1; return client.socket.mine; });
  arena.attempt('has', 'mine', () => 'mine' in socket);
  arena.attempt('proto', 'of', () => Object.getPrototypeOf(socket) === net.Socket.prototype);
  arena.attempt('timeout', 'set', () => { socket.setTimeout(1000); return client.timeout; });
  arena.attempt('ref', 'unref', () => { socket.unref(); socket.ref(); });
  client.destroy();
  await closed(client);
  arena.attempt('after', 'get', () => client.socket);
  arena.attempt('after', 'write', () => socket.write);
  arena.attempt('after', 'remotePort', () => socket.remotePort);
  arena.attempt('after', 'set', () => { socket.foo = 1; });
  arena.attempt('after', 'proto', () => Object.getPrototypeOf(socket) === null);
});

scenario('setNextStreamID', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => { arena.record('server', stream.id); stream.respond({}, { endStream: true }); } });
  for (const bad of ['1', 0, -1, 2 ** 32, null, undefined]) arena.attempt('client', String(bad), () => client.setNextStreamID(bad));
  client.setNextStreamID(101);
  const request = client.request();
  arena.record('client', request.id, client.state.nextStreamID);
  request.resume();
  await closed(request);
  client.destroy();
  arena.attempt('client', 'destroyed', () => client.setNextStreamID(1));
});
