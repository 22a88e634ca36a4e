// How sessions end: close and destroy, at every time.

import { closed, on, scenario, textOf, turns } from '../helpers/scenario.js';

scenario('close with a callback, twice, and from its own callback', async (_http2, _record, arena) => {
  const { client, session } = await arena.pair();
  arena.names('client', client, 'close', 'error');
  arena.record('client', client.close(() => {
    arena.record('client', 'callback', client.destroyed);
    arena.attempt('client', 'again', () => client.close(() => arena.record('client', 'never')));
  }), client.closed, client.destroyed);
  arena.attempt('client', 'twice', () => client.close(() => arena.record('client', 'second')));
  await closed(client, session);
  await turns();
});

scenario('close waits for the streams', async (_http2, _record, arena) => {
  const { client, session, stream, request } = await arena.exchange();
  arena.names('client', client, 'close');
  arena.names('client', request, 'response', 'end', 'close');
  client.close();
  arena.record('client', client.closed, client.destroyed);
  await on(session, 'goaway');
  arena.record('server', session.closed, session.destroyed);
  stream.respond();
  stream.end('late');
  arena.record('text', await textOf(request));
  await closed(client);
  arena.record('client', client.closed, client.destroyed);
});

scenario('close with odd callbacks', async (_http2, _record, arena) => {
  for (const callback of [null, 1, 'f', {}]) {
    const { client } = await arena.pair();
    arena.attempt('client', String(callback), () => client.close(callback));
    arena.record('client', client.closed);
    await closed(client);
  }
});

scenario('a session that closes itself while connecting', async (_http2, _record, arena) => {
  const { port } = await arena.serve((stream) => { stream.respond(); stream.end('x'); });
  const client = arena.connect(port);
  arena.names('client', client, 'connect', 'close');
  arena.watch('client', client, 'error');
  client.close(() => arena.record('client', 'callback'));
  arena.record('client', client.connecting, client.closed, client.destroyed);
  await closed(client);
});

scenario('a session with a request closed while connecting', async (_http2, _record, arena) => {
  const { port } = await arena.serve((stream) => { stream.respond(); stream.end('x'); });
  const client = arena.connect(port);
  arena.names('client', client, 'connect', 'close');
  arena.watch('client', client, 'error');
  const request = client.request();
  arena.names('request', request, 'ready', 'response', 'end', 'aborted', 'close');
  arena.watch('request', request, 'error');
  client.close();
  request.resume();
  await closed(client);
  arena.record('request', request.rstCode, request.destroyed);
}, {
  differs: 'Requests, and `close()` of their session in the same turn',
  becomes: (lanes) => {
    lanes.request = ['ready', 'response', 'end', 'close', [0, true]];
  },
});

for (const [name, ...args] of [
  ['nothing'], ['an error', new Error('mine')], ['a code', 11], ['an error and a code', new Error('mine'), 3],
  ['undefined and a code', undefined, 5], ['code zero', 0],
] as Array<[string, ...unknown[]]>) {
  scenario(`destroy of a busy session with ${name}`, async (_http2, _record, arena) => {
    const { client, session, stream, request } = await arena.exchange({ ':method': 'POST' });
    arena.watch('client', client, 'error', 'close');
    arena.watch('request', request, 'aborted', 'error', 'close');
    arena.watch('server', session, 'error', 'close', 'goaway');
    arena.watch('stream', stream, 'aborted', 'error', 'close');
    arena.record('client', client.destroy(...args), client.destroyed, client.closed);
    arena.record('client', client.destroy(new Error('second')));
    arena.record('request', request.destroyed, request.closed, request.rstCode, request.session);
    await closed(client, session);
    arena.record('request', request.destroyed, request.closed, request.aborted, request.rstCode);
    arena.record('stream', stream.destroyed, stream.closed, stream.aborted, stream.rstCode);
  });

  scenario(`destroy of a busy server session with ${name}`, async (_http2, _record, arena) => {
    const { client, session, stream, request } = await arena.exchange();
    arena.watch('client', client, 'error', 'close', 'goaway');
    arena.watch('request', request, 'aborted', 'error', 'close');
    arena.watch('server', session, 'error', 'close', 'goaway');
    arena.watch('stream', stream, 'aborted', 'error', 'close');
    session.destroy(...args);
    await closed(client, session);
    arena.record('request', request.destroyed, request.closed, request.aborted, request.rstCode);
    arena.record('stream', stream.destroyed, stream.closed, stream.aborted, stream.rstCode);
  }, !['nothing', 'undefined and a code', 'code zero'].includes(name) ? {} : {
    differs: 'A request that gets no answer',
    becomes: (lanes) => {
      const message = 'The connection was closed before an answer came';
      lanes.request.splice(lanes.request.length - 2, 0, ['error', {
        error: 'Error', message: `The pending stream has been canceled (caused by: ${message})`, code: 'ERR_HTTP2_STREAM_CANCEL',
        cause: { error: 'Error', message },
      }]);
      if (lanes.request[0] !== 'aborted') lanes.request.unshift('aborted');
      lanes.request.at(-1)[2] = true;
    },
  });

  scenario(`destroy of a connecting session with ${name}`, async (_http2, _record, arena) => {
    const { port } = await arena.serve();
    const client = arena.connect(port);
    arena.watch('client', client, 'error', 'close', 'connect');
    const request = client.request();
    arena.watch('request', request, 'aborted', 'error', 'close', 'ready');
    client.destroy(...args);
    arena.record('client', client.destroyed, client.closed, client.connecting);
    await closed(client);
    await turns();
    arena.record('request', request.destroyed, request.closed, request.rstCode);
  });
}

scenario('destroy of a session with null', async (_http2, _record, arena) => {
  const { client, request } = await arena.exchange();
  arena.watch('request', request, 'error', 'close');
  client.destroy(null);
  arena.record('request', request.rstCode);
  await closed(request, client);
}, {
  differs: '`session.destroy(null)`',
  expected: { request: [0, 'close'] },
});
