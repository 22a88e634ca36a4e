import * as diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { promises as fs } from 'node:fs';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { closed, on, scenario, textOf, turns } from '../helpers/scenario.js';
import { cert } from '../helpers/tls.mjs';

for (const secure of [false, true]) {
  const kind = secure ? 'a secure server' : 'a server';
  scenario(`events of ${kind}`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    for (const name of ['connection', 'secureConnection', 'session', 'sessionError', 'stream', 'request', 'checkContinue', 'timeout', 'close']) arena.names('server', server, name);
    server.on('request', (_request: any, response: any) => response.end('x'));
    const client = secure ? arena.connectTls(port) : arena.connect(port);
    arena.record('text', await textOf(client.request()));
    client.close();
    await closed(client);
  });

  scenario(`checkContinue of ${kind}`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    server.on('request', () => arena.record('server', 'request'));
    server.on('checkContinue', (_request: any, response: any) => { arena.record('server', 'checkContinue', response.writeContinue()); response.end('x'); });
    const client = secure ? arena.connectTls(port) : arena.connect(port);
    const request = client.request({ ':method': 'POST', expect: '100-continue' });
    arena.names('request', request, 'continue', 'response', 'end');
    request.end('body');
    request.resume();
    await closed(request);
  });

  scenario(`sessionError of ${kind}`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    server.on('sessionError', (error: unknown, session: unknown) => arena.record('server', error, session));
    server.on('session', (session: any) => session.destroy(new Error('mine')));
    const client = secure ? arena.connectTls(port) : arena.connect(port);
    await Promise.all([closed(client), once(server, 'sessionError')]);
  });

  scenario(`timeouts of ${kind}`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    arena.record('server', server.timeout, server.setTimeout(20) === server, server.timeout);
    for (const bad of [1, null, 'x']) arena.attempt('server', String(bad), () => server.setTimeout(10, bad) === server);
    server.setTimeout(20, (session: unknown) => arena.record('server', 'callback', session));
    const client = secure ? arena.connectTls(port) : arena.connect(port);
    await once(server, 'timeout');
    client.destroy();
  });

  scenario(`updateSettings of ${kind}`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    for (const bad of [1, 'x', null, { enablePush: 1 }, { maxFrameSize: 1 }]) arena.attempt('server', JSON.stringify(bad), () => server.updateSettings(bad));
    arena.attempt('server', 'good', () => server.updateSettings({ maxConcurrentStreams: 9 }));
    const client = secure ? arena.connectTls(port) : arena.connect(port);
    const [settings] = await on(client, 'remoteSettings');
    arena.record('client', settings);
  });

  scenario(`async dispose of ${kind}`, async (_http2, _record, arena) => {
    const { server } = await (secure ? arena.serveTls() : arena.serve());
    arena.names('server', server, 'close');
    await server[(Symbol as any).asyncDispose]();
    arena.record('server', server.listening);
  });

  scenario(`${kind} closes idle sessions and waits for busy ones`, async (_http2, _record, arena) => {
    const { server, port } = await (secure ? arena.serveTls() : arena.serve());
    const connect = () => secure ? arena.connectTls(port) : arena.connect(port);
    const [idle, busy] = [connect(), connect()];
    await Promise.all([on(idle, 'remoteSettings'), on(busy, 'remoteSettings')]);
    const request = busy.request();
    const [stream] = await once(server, 'stream');
    arena.names('server', server, 'close');
    arena.names('idle', idle, 'close');
    const gone = closed(idle);
    server.close(() => arena.record('server', 'callback'));
    await gone;
    arena.record('busy', busy.destroyed);
    stream.respond();
    stream.end('x');
    arena.record('busy', await textOf(request));
    await closed(server);
  }, { since: [24, 0], expected: { idle: ['close'], busy: [false, 'x'], server: ['close', 'callback'] } });
}

scenario('options of createServer that are wrong', async (http2, _record, arena) => {
  for (const options of [1, 'x', null, { settings: 1 }, { maxSessionInvalidFrames: -1 }, { maxSessionRejectedStreams: 'x' }, { unknownProtocolTimeout: -1 },
    { remoteCustomSettings: Array(11).fill(1) }]) {
    for (const create of [http2.createServer, http2.createSecureServer]) {
      try {
        create(options as any);
        arena.record(create.name, options, 'taken');
      } catch (error: any) {
        // Node 24 says 'options.' in the message.
        arena.record(create.name, options, error.code);
      }
    }
  }
});

scenario('unknown protocols', async (_http2, _record, arena) => {
  const { server, port } = await arena.serveTls();
  arena.names('server', server, 'session');
  const socket = tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
  const text = await textOf(socket);
  arena.record('socket', text.split('\r\n')[0]);
  server.on('unknownProtocol', (one: any) => { arena.record('server', one.alpnProtocol); one.destroy(); });
  const second = tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
  second.on('error', () => {});
  await once(second, 'close');
});

scenario('ALPNCallback and allowHTTP1', async (_http2, _record, arena) => {
  const { server, port } = await arena.serveTls(undefined, { allowHTTP1: true, ALPNCallback: ({ servername, protocols }: any) => { arena.record('alpn', servername, protocols); return protocols[0]; } });
  server.on('request', (request: any, response: any) => response.end(request.httpVersion));
  const client = arena.connectTls(port);
  arena.record('client', await textOf(client.request()));
  const socket = tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost', ALPNProtocols: ['http/1.1'] });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  arena.record('socket', (await textOf(socket)).split('\r\n').at(-1));
});

scenario('connect and what it takes', async (http2, _record, arena) => {
  const { port } = await arena.serve((stream, headers) => stream.respond({ authority: headers[':authority'], scheme: headers[':scheme'] }, { endStream: true }));
  for (const authority of [`http://localhost:${port}/path?x`, new URL(`http://127.0.0.1:${port}`), { protocol: 'http:', hostname: 'localhost', port }]) {
    const client = http2.connect(authority as any, { createConnection: () => net.connect(port, '127.0.0.1') });
    const [headers] = await once(client.request(), 'response');
    arena.record('headers', headers);
    client.destroy();
  }
  for (const authority of ['', 'nonsense', 'ftp://localhost', 1, null]) {
    arena.attempt('bad', String(authority), () => { http2.connect(authority as any, { createConnection: () => net.connect(port, '127.0.0.1') }).on('error', () => {}).destroy(); });
  }
  for (const options of [1, 'x']) arena.attempt('bad', String(options), () => { http2.connect(`http://localhost:${port}`, options as any).on('error', () => {}).destroy(); });
});

scenario('connect without an argument', async (http2, record) => {
  try {
    http2.connect(undefined as any).on('error', () => {}).destroy();
  } catch (error: any) {
    record('error', error.name, error.code);
  }
}, { differs: '`connect()` without an argument', expected: { error: [['TypeError', 'ERR_INVALID_ARG_TYPE']] } });

scenario('the functions of settings', async (http2, _record, arena) => {
  arena.record('default', http2.getDefaultSettings());
  arena.record('packed', http2.getPackedSettings().toString('hex'), http2.getPackedSettings({ enablePush: false, headerTableSize: 1, maxFrameSize: 20000, initialWindowSize: 2, maxConcurrentStreams: 3, maxHeaderListSize: 4, enableConnectProtocol: true }).toString('hex'));
  for (const bad of [1, 'x', null, { enablePush: 1 }, { maxFrameSize: 1 }]) arena.attempt('packed', JSON.stringify(bad), () => http2.getPackedSettings(bad as any));
  arena.record('unpacked', http2.getUnpackedSettings(http2.getPackedSettings({ enablePush: false, maxFrameSize: 20000 })));
  for (const bad of [1, 'x', null, Buffer.alloc(5), Buffer.alloc(7), []]) arena.attempt('unpacked', String(bad), () => http2.getUnpackedSettings(bad as any));
  arena.attempt('unpacked', 'validate', () => http2.getUnpackedSettings(Buffer.from([0, 5, 0, 0, 0, 1]), { validate: true } as any));
  arena.record('constants', http2.constants.NGHTTP2_CANCEL, http2.constants.HTTP2_HEADER_PATH, typeof http2.sensitiveHeaders);
});

scenario('header objects there and back', async (http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any, headers: any, flags: number, raw: string[]) => {
    arena.record('server', headers, flags, raw, Object.getPrototypeOf(headers));
    stream.respond({ ':status': 200, 'set-cookie': ['a', 'b'], secret: 'x', [http2.sensitiveHeaders]: ['secret'] } as any, { endStream: true });
  } });
  const request = client.request({ many: ['1', '2'], cookie: ['a=1', 'b=2'], un: undefined, nil: null, num: 1, bool: true, UPPER: 'x', empty: '', none: [], secret: 's', [http2.sensitiveHeaders]: ['secret'] } as any);
  arena.watch('client', request, 'response');
  arena.record('client', request.sentHeaders);
  await closed(request.resume());
  for (const headers of [{ ':status': 1 }, { ':bad': '1' }, { connection: 'x' }, { te: 'gzip' }, { etag: ['1', '2'] }, { ':method': 'CONNECT' }, { ':method': 'CONNECT', ':authority': 'x', ':path': '/' }])
    arena.attempt('bad', JSON.stringify(headers), () => { client.request(headers); });
});

scenario('push, and what refuses it', async (_http2, _record, arena) => {
  const { client, stream, request } = await arena.exchange();
  client.on('stream', (push: any, headers: unknown, flags: unknown) => {
    arena.record('client', headers, flags);
    arena.watch('push', push, 'push', 'end', 'close');
    push.resume();
  });
  for (const args of [[1, () => {}], [null, () => {}], [{}, 1], [{}], [{}, {}, 1]]) arena.attempt('stream', JSON.stringify(args), () => stream.pushStream(...args));
  arena.record('stream', stream.pushAllowed);
  const pushed = new Promise<void>((resolve) => stream.pushStream({ ':path': '/p' }, (error: unknown, push: any, headers: unknown) => {
    arena.record('stream', error, push.id, headers, push.pushAllowed);
    arena.attempt('stream', 'nested', () => push.pushStream({}, () => {}));
    push.on('close', resolve);
    push.respond();
    push.end('pushed');
  }));
  await pushed;
  stream.respond({}, { endStream: true });
  await closed(request.resume());
  client.settings({ enablePush: false });
  await on(client, 'localSettings');
  arena.record('client', client.localSettings.enablePush);
});

scenario('CONNECT, plain and extended', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ server: { settings: { enableConnectProtocol: true } }, onStream: (stream: any, headers: any) => {
    arena.record('server', headers);
    stream.respond();
    stream.pipe(stream);
  } });
  arena.record('client', client.remoteSettings.enableConnectProtocol);
  for (const headers of [{ ':method': 'CONNECT', ':authority': 'localhost:1' }, { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' }]) {
    const request = client.request(headers);
    request.end('tunnel');
    arena.record('client', await textOf(request));
  }
});

scenario('altsvc and origin', async (_http2, _record, arena) => {
  const { server, port } = await arena.serveTls();
  const met = once(server, 'session');
  const client = arena.connectTls(port);
  arena.watch('client', client, 'altsvc', 'origin');
  const [session] = await met;
  for (const args of [['h2=":1"', 0], ['h2', 'x'], [1, 1], ['\u0001', 1], ['h2', {}], ['h2', null], ['h2', -1], ['x'.repeat(20000), 1]]) arena.attempt('altsvc', JSON.stringify(args).slice(0, 30), () => session.altsvc(...args));
  for (const args of [[1], ['x'], [{}], [null], ['https://x'.padEnd(20000, 'y')], []]) arena.attempt('origin', JSON.stringify(args).slice(0, 30), () => session.origin(...args));
  session.altsvc('h2=":8000"', 'https://example.org:80/x');
  session.altsvc('h2=":8000"', new URL('https://example.org'));
  session.origin('https://a.example/x', new URL('https://b.example'), { origin: 'https://c.example' });
  await on(client, 'origin');
  arena.record('client', client.originSet);
});

scenario('file responses', async (_http2, _record, arena) => {
  const path = new URL('../helpers/duplex.ts', import.meta.url).pathname;
  const handle = await fs.open(path);
  arena.finally(() => handle.close());
  const { client } = await arena.pair({ onStream: (stream: any, headers: any) => {
    const name = headers[':path'].slice(1);
    stream.on('error', (error: unknown) => arena.record(name, 'error', error));
    ({
      file: () => stream.respondWithFile(path, { 'x-a': 'b' }, { offset: 3, length: 5, statCheck: (stat: any, fields: any) => { fields['x-size'] = stat.size; arena.record(name, stream.headersSent); } }),
      fd: () => { stream.respondWithFD(handle.fd, {}, { length: 4 }); arena.record(name, stream.headersSent); },
      handle: () => stream.respondWithFD(handle, {}, { offset: 1, length: 4 }),
      missing: () => stream.respondWithFile('/no/such/file', {}, { onError: (error: any) => { arena.record(name, error.code); stream.respond({ ':status': 404 }, { endStream: true }); } }),
      directory: () => stream.respondWithFile('/', {}, { onError: (error: any) => { arena.record(name, error); stream.respond({ ':status': 403 }, { endStream: true }); } }),
      declined: () => stream.respondWithFile(path, {}, { statCheck: () => { stream.respond({ ':status': 304 }); return false; } }),
    } as any)[name]();
    for (const args of [['fd'], [null], [0, 1], [0, {}, { offset: 'x' }], [0, {}, { length: 'x' }], [0, {}, { statCheck: 1 }]])
      if (name === 'handle') arena.attempt('bad', JSON.stringify(args), () => stream.respondWithFD(...args));
  } });
  for (const name of ['file', 'fd', 'handle', 'missing', 'directory', 'declined']) {
    const request = client.request({ ':path': `/${name}` });
    request.on('response', (headers: object) => arena.record(name, headers));
    arena.record(name, await textOf(request));
  }
});

scenario('performServerHandshake', async (http2, _record, arena) => {
  const server = net.createServer((socket) => {
    const session = (http2 as any).performServerHandshake(socket, { settings: { maxConcurrentStreams: 4 } });
    arena.record('server', session);
    session.on('stream', (stream: any) => { stream.respond(); stream.end('x'); });
    arena.finally(() => session.destroy());
  });
  const port = await arena.listen(server);
  const client = arena.connect(port);
  arena.record('client', await textOf(client.request()), client.remoteSettings.maxConcurrentStreams);
});

// Deprecated: with --throw-deprecation it ends the process.
if (!process.throwDeprecation) scenario('priority', async (_http2, _record, arena) => {
  const { request } = await arena.exchange();
  arena.attempt('request', 'plain', () => request.priority({ parent: 0, weight: 1, exclusive: false }));
  request.destroy();
  arena.attempt('request', 'destroyed', () => request.priority({}));
});

scenario('diagnostics channels', async (_http2, _record, arena) => {
  // Streams of the scenario before.
  await turns(10);
  const names = ['client.stream.created', 'client.stream.start', 'client.stream.finish', 'client.stream.close', 'server.stream.created', 'server.stream.start', 'server.stream.finish', 'server.stream.close'];
  for (const name of names) {
    const listener = (message: object) => arena.record(name.slice(0, 6), name, Object.keys(message));
    diagnostics.subscribe(`http2.${name}`, listener);
    arena.finally(() => diagnostics.unsubscribe(`http2.${name}`, listener));
  }
  const { client } = await arena.pair({ onStream: (stream: any) => { stream.respond(); stream.end('x'); } });
  await closed(client.request().resume());
  await turns();
}, { since: [24, 12], expected: {
  client: [['client.stream.start', ['stream', 'headers']], ['client.stream.created', ['stream', 'headers']], ['client.stream.finish', ['stream', 'headers', 'flags']], ['client.stream.close', ['stream']]],
  server: [['server.stream.created', ['stream', 'headers']], ['server.stream.start', ['stream', 'headers']], ['server.stream.finish', ['stream', 'headers', 'flags']], ['server.stream.close', ['stream']]],
} });
