import { once } from 'node:events';
import { compose, PassThrough, pipeline, Readable, Transform } from 'node:stream';
import { promisify } from 'node:util';
import { closed, on, scenario, textOf, turns } from '../helpers/scenario.js';

const streamEvents = ['ready', 'response', 'headers', 'continue', 'data', 'trailers', 'wantTrailers', 'end', 'finish', 'aborted', 'error', 'timeout', 'close'];
const properties = ['aborted', 'bufferSize', 'closed', 'destroyed', 'endAfterHeaders', 'id', 'pending', 'rstCode', 'sentHeaders',
  'sentInfoHeaders', 'sentTrailers', 'headersSent', 'pushAllowed', 'headRequest', 'writableEnded', 'writableFinished', 'readableEnded', 'writable', 'readable'];

function look(arena: any, lane: string, stream: any): void {
  arena.record(lane, Object.fromEntries(properties.map((name) => [name, stream[name]])), typeof stream.session, Object.keys(stream.state));
}

scenario('events of a stream with everything', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => {
    arena.names('stream', stream, ...streamEvents);
    stream.additionalHeaders({ ':status': 103, link: '<a>' });
    stream.respond({ 'x-a': 'b' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-last': 'yes' }));
    stream.pipe(stream);
  } });
  const request = client.request({ ':method': 'POST', expect: '100-continue' });
  arena.watch('request', request, ...streamEvents);
  request.end('body');
  await closed(request);
});

scenario('properties of both ends in each phase', async (_http2, _record, arena) => {
  const { client, server } = await arena.pair();
  const request = client.request({ ':method': 'POST', ':path': '/x' });
  look(arena, 'request', request);
  const [stream] = await once(server, 'stream');
  look(arena, 'stream', stream);
  stream.additionalHeaders({ ':status': 102 });
  stream.respond({ a: 'b' }, { waitForTrailers: true });
  look(arena, 'stream', stream);
  const over = closed(stream, request);
  stream.on('wantTrailers', () => { stream.sendTrailers({ t: '1' }); arena.record('stream', stream.sentTrailers); });
  stream.end('x');
  stream.resume();
  look(arena, 'stream', stream);
  await on(request, 'response');
  look(arena, 'request', request);
  request.end();
  request.resume();
  await over;
  look(arena, 'request', request);
  look(arena, 'stream', stream);
});

scenario('a request made while connecting has no id yet', async (_http2, _record, arena) => {
  const { port } = await arena.serve((stream) => stream.respond({}, { endStream: true }));
  const client = arena.connect(port);
  const request = client.request({ ':method': 'POST' });
  look(arena, 'request', request);
  request.write('abc');
  arena.record('request', request.bufferSize, request.writableLength);
  arena.watch('request', request, 'ready', 'close');
  await on(request, 'ready');
  arena.record('request', request.pending, request.id, typeof request.state.state);
  request.end().resume();
  await closed(request);
});

scenario('state of a stream', async (_http2, _record, arena) => {
  const { stream, request, client } = await arena.exchange();
  await turns();
  arena.record('request', request.state);
  arena.record('stream', stream.state);
  stream.respond();
  stream.end('hello');
  request.resume();
  await closed(request);
  arena.record('request', request.state, client.destroyed);
});

scenario('trailers of both ends', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => {
    arena.watch('stream', stream, 'trailers');
    stream.resume();
    stream.on('end', () => {
      stream.respond({}, { waitForTrailers: true });
      arena.attempt('stream', 'early', () => stream.sendTrailers({ a: 'b' }));
      stream.on('wantTrailers', () => {
        for (const bad of [1, 'x', null, []]) arena.attempt('stream', String(bad), () => stream.sendTrailers(bad));
        arena.attempt('stream', 'pseudo', () => stream.sendTrailers({ ':status': 1 }));
        arena.attempt('stream', 'good', () => stream.sendTrailers({ 'A-b': ['1', '2'], c: 3 }));
        arena.attempt('stream', 'again', () => stream.sendTrailers({}));
        arena.record('stream', stream.sentTrailers);
      });
      stream.end('x');
    });
  } });
  const request = client.request({ ':method': 'POST' }, { waitForTrailers: true });
  request.on('wantTrailers', () => request.sendTrailers({ up: 'yes' }));
  arena.watch('request', request, 'trailers', 'close');
  request.end('y');
  request.resume();
  await closed(request);
  arena.attempt('request', 'late', () => request.sendTrailers({}));
});

scenario('trailers that nobody listens for', async (_http2, _record, arena) => {
  const { client, stream, request } = await arena.exchange();
  arena.names('request', request, 'trailers', 'end', 'close');
  stream.respond({}, { waitForTrailers: true });
  stream.end('x');
  request.resume();
  await on(stream, 'finish');
  await new Promise((resolve) => client.ping(resolve));
  const open = !stream.closed && !request.closed;
  arena.record('stream', open);
  if (open) stream.sendTrailers({ late: 'yes' });
  await closed(request);
}, {
  differs: "`waitForTrailers`, and nobody listens to `'wantTrailers'`",
  becomes: (lanes) => {
    lanes.stream = [true];
    lanes.request.splice(lanes.request.indexOf('trailers'), lanes.request.includes('trailers') ? 1 : 0);
    lanes.request.unshift('trailers');
  },
});

scenario('additionalHeaders and its errors', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  arena.watch('request', request, 'headers', 'continue', 'response');
  for (const headers of [{ ':status': 101 }, { ':status': 200 }, { ':status': 99 }, { ':status': 'x' }, 1, null, [], { ':path': '/' }, { connection: 'close' }])
    arena.attempt('stream', JSON.stringify(headers), () => stream.additionalHeaders(headers));
  stream.additionalHeaders({ ':status': 100 });
  stream.additionalHeaders({ ':status': 103, a: ['b', 'c'] });
  arena.record('stream', stream.sentInfoHeaders, stream.headersSent);
  stream.respond();
  arena.attempt('stream', 'after', () => stream.additionalHeaders({ ':status': 102 }));
  stream.end();
  request.resume();
  await closed(request);
  arena.attempt('stream', 'closed', () => stream.additionalHeaders({ ':status': 102 }));
});

scenario('respond and its errors', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  for (const args of [[{}, 1], [{}, 'x'], [{}, null], [{ ':status': 101 }], [{ ':status': 600 }], [{ ':status': 99 }], [{ ':path': '/' }], [{ 'a b': '1' }],
    [{ connection: 'close' }], [{ te: 'x' }], [{ 'transfer-encoding': 'chunked' }], [{ etag: ['1', '2'] }]])
    arena.attempt('stream', JSON.stringify(args), () => stream.respond(...args));
  arena.attempt('stream', 'good', () => stream.respond({ ':status': '201', Upper: 'Case', many: ['1', '2'], un: undefined, nil: null, num: 5, 'set-cookie': ['a', 'b'] }));
  arena.record('stream', stream.sentHeaders, stream.headersSent);
  arena.attempt('stream', 'again', () => stream.respond());
  arena.watch('request', request, 'response');
  stream.end();
  request.resume();
  await closed(request);
  arena.attempt('stream', 'closed', () => stream.respond());
});

for (const status of [204, 205, 304]) {
  scenario(`a ${status} has no body`, async (_http2, _record, arena) => {
    const { stream, request } = await arena.exchange();
    arena.watch('request', request, 'response', 'data', 'end', 'close');
    arena.names('stream', stream, 'error', 'close', 'finish');
    stream.respond({ ':status': status });
    arena.record('stream', stream.writableEnded);
    arena.attempt('stream', 'file', () => stream.respondWithFile('x'));
    await closed(request);
  });
}

scenario('a response to HEAD', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange({ ':method': 'HEAD' });
  arena.watch('request', request, 'response', 'data', 'end', 'close');
  arena.record('stream', stream.headRequest, stream.writableEnded);
  arena.watch('stream', stream, 'error');
  stream.respond({ 'content-length': '10' });
  stream.end('0123456789');
  request.resume();
  await closed(request);
});

scenario('a write without a response sends one', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  arena.watch('request', request, 'response', 'end');
  stream.end('x');
  arena.record('text', await textOf(request));
});

scenario('writing after the end and after close', async (_http2, _record, arena) => {
  const { stream } = await arena.exchange();
  arena.watch('stream', stream, 'error', 'close');
  stream.respond();
  stream.end('x');
  arena.record('stream', stream.write('y', (error: unknown) => arena.record('callback', error)));
  await turns(5);
});

scenario('a pipeline through both ends', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => {
    stream.respond();
    pipeline(stream, new Transform({ transform: (chunk, _encoding, callback) => callback(null, String(chunk).toUpperCase()) }), stream, (error) => arena.record('server', error ?? 'fine'));
  } });
  const request = client.request({ ':method': 'POST' });
  let text = '';
  await promisify(pipeline as any)(Readable.from(['a', 'b', 'c']), request, async (source: any) => { for await (const chunk of source) text += chunk; });
  arena.record('text', text);
});

scenario('async iteration, of a stream that is reset as well', async (_http2, _record, arena) => {
  for (const code of [undefined, 8]) {
    const { stream, request } = await arena.exchange();
    stream.respond();
    stream.write('some');
    await on(request, 'response');
    if (code === undefined) stream.end();
    else stream.close(code);
    try {
      for await (const chunk of request) arena.record(String(code), chunk);
      arena.record(String(code), 'over');
    } catch (error) {
      arena.record(String(code), error);
    }
  }
}, {
  differs: 'A message cut off after its headers',
  expected: {
    8: ['<some>', { error: 'Error', code: 'ERR_STREAM_PREMATURE_CLOSE', message: 'Premature close' }],
    undefined: ['<some>', 'over'],
  },
});

scenario('a response with headers that are none', async (_http2, _record, arena) => {
  const { stream } = await arena.exchange();
  for (const headers of [1, 'x', null]) arena.attempt('stream', String(headers), () => stream.respond(headers));
}, {
  // Arrays are new in 24.
  since: [24, 7],
  expected: {
    stream: [['1', 'number (1)'], ['x', "string ('x')"], ['null', 'null']].map(([what, got]) => [what, 'throws', {
      error: 'TypeError', code: 'ERR_INVALID_ARG_TYPE',
      message: `The "headers" argument must be an instance of Array or Object. Received ${got === 'null' ? got : `type ${got}`}`,
    }]),
  },
});

scenario('compose and web streams', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => { stream.respond(); stream.end('text'); } });
  const composed = compose(client.request(), new PassThrough());
  arena.record('compose', await textOf(composed));
  const web = Readable.toWeb(client.request());
  let text = '';
  for await (const chunk of web as any) text += Buffer.from(chunk).toString();
  arena.record('web', text);
  const [response] = await once(client.request().resume(), 'response');
  arena.record('once', response);
});
