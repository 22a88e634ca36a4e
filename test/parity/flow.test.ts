// Flow control: windows, and readers that make writers wait.

import { once } from 'node:events';
import { on, scenario, textOf } from '../helpers/scenario.js';

/** How much a stream has to read. Not by iteration, which Node 24 refuses once the stream is closed on the wire. */
async function lengthOf(stream: any): Promise<number> {
  let length = 0;
  const end = on(stream, 'end');
  stream.on('data', (piece: Buffer) => { length += piece.length; });
  await end;
  return length;
}

/** Resolves when what was sent to the peer, and what that made it send, has arrived. */
function roundTrip(session: any): Promise<unknown> {
  return new Promise((resolve) => session.ping(resolve));
}

async function until(session: any, isSo: () => boolean): Promise<void> {
  while (!isSo()) await roundTrip(session);
}

scenario('a reader that pauses stops the writer', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({}, { client: { settings: { initialWindowSize: 20_000 } } });
  stream.respond();
  await on(request, 'response');
  const before = session.state.remoteWindowSize;
  arena.record('server', before);
  let written = false;
  stream.write(Buffer.alloc(100_000, 'x'), () => { written = true; });
  stream.end();
  await until(session, () => session.state.remoteWindowSize === before - 20_000);
  for (let i = 0; i < 5; i++) await roundTrip(client);
  arena.record('server', 'stopped', session.state.remoteWindowSize, written, stream.writableFinished, stream.writableLength);
  arena.record('client', request.readableEnded, request.readableLength <= 20_000);
  const finished = on(stream, 'finish');
  arena.record('client', await lengthOf(request));
  await finished;
  arena.record('server', written);
});

scenario('a server that pauses stops the writer', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({ ':method': 'POST' }, { server: { settings: { initialWindowSize: 20_000 } } });
  const before = client.state.remoteWindowSize;
  arena.record('client', before, request.write(Buffer.alloc(100_000, 'x')));
  request.end();
  await until(client, () => client.state.remoteWindowSize === before - 20_000);
  for (let i = 0; i < 5; i++) await roundTrip(session);
  arena.record('client', 'stopped', client.state.remoteWindowSize, request.writableFinished, request.writableLength);
  arena.record('server', await lengthOf(stream));
  arena.record('client', request.writableFinished);
});

scenario('a stream with a closed window does not stop the others', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair({
    client: { settings: { initialWindowSize: 1000 } },
    onStream: (stream: any) => { stream.on('error', () => {}); stream.respond(); stream.end(Buffer.alloc(10_000, 'x')); },
  });
  const stopped = client.request({ ':path': '/stopped' });
  await until(session, () => session.state.remoteWindowSize === 64_535);
  for (let i = 0; i < 3; i++) arena.record('others', await lengthOf(client.request()));
  arena.record('stopped', await lengthOf(stopped));
});

scenario('an initial window of nothing', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({}, { client: { settings: { initialWindowSize: 0 } } });
  stream.respond();
  stream.end('all');
  await on(request, 'response');
  arena.record('stopped', session.state.remoteWindowSize, request.readableLength, stream.writableFinished);
  client.settings({ initialWindowSize: 100 });
  arena.record('client', await textOf(request));
  arena.record('server', stream.writableFinished);
});

scenario('a window that gets smaller while it is used', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({}, { client: { settings: { initialWindowSize: 10_000 } } });
  stream.respond();
  stream.end(Buffer.alloc(30_000, 'x'));
  await until(session, () => session.state.remoteWindowSize === 55_535);
  const known = once(session, 'remoteSettings');
  client.settings({ initialWindowSize: 100 });
  await known;
  arena.record('server', session.remoteSettings.initialWindowSize, stream.writableFinished);
  arena.record('client', await lengthOf(request));
});

scenario('setLocalWindowSize lets more come', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({}, { client: { settings: { initialWindowSize: 2 ** 20 } } });
  client.setLocalWindowSize(2 ** 20);
  await until(session, () => session.state.remoteWindowSize === 2 ** 20);
  stream.respond();
  stream.end(Buffer.alloc(500_000, 'x'));
  arena.record('client', client.state.effectiveLocalWindowSize);
  // Nobody reads, and yet all of it is sent.
  await until(session, () => stream.writableFinished);
  arena.record('server', session.state.remoteWindowSize);
  arena.record('client', await lengthOf(request));
});

scenario('setLocalWindowSize of a server', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange({ ':method': 'POST' }, { server: { settings: { initialWindowSize: 2 ** 20 } } });
  session.setLocalWindowSize(200_000);
  await until(client, () => client.state.remoteWindowSize === 200_000);
  request.end(Buffer.alloc(50_000, 'x'));
  await until(client, () => request.writableFinished);
  arena.record('client', client.state.remoteWindowSize);
  arena.record('server', session.state.effectiveLocalWindowSize);
  arena.record('server', await lengthOf(stream));
});

scenario('windows of a stream', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange({ ':method': 'POST' }, {
    client: { settings: { initialWindowSize: 5000 } }, server: { settings: { initialWindowSize: 6000 } },
  });
  arena.record('request', request.state.localWindowSize, request.state.state, request.state.localClose, request.state.remoteClose);
  arena.record('stream', stream.state.localWindowSize, stream.state.state, stream.state.localClose, stream.state.remoteClose);
  request.end('x'.repeat(100));
  stream.respond();
  stream.end('y'.repeat(200));
  arena.record('stream', await lengthOf(stream));
  arena.record('request', await lengthOf(request));
});

scenario('a slow reader gets everything, in order', async (_http2, _record, arena) => {
  const body = Buffer.from(Uint32Array.from({ length: 100_000 }, (_value, i) => i).buffer);
  const { stream, request } = await arena.exchange({}, { client: { settings: { initialWindowSize: 3000 } } });
  stream.respond();
  stream.end(body);
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(piece);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  arena.record('request', Buffer.concat(pieces).equals(body));
});
