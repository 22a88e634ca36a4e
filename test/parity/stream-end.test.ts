// How streams end: close, destroy and abort, at every time.

import { PassThrough, pipeline } from 'node:stream';
import { closed, on, scenario, streamError, textOf, turns } from '../helpers/scenario.js';

const unanswered = (code: string): unknown =>
  ['error', { error: 'Error', message: `Stream closed with error code ${code}`, code: 'ERR_HTTP2_STREAM_ERROR' }];

for (const side of ['request', 'stream'] as const) {
  for (const code of [undefined, 0, 2, 7, 8, 11, 99]) {
    scenario(`close(${code}) of the ${side}`, async (_http2, _record, arena) => {
      const both = await arena.exchange({ ':method': 'POST' });
      for (const lane of ['request', 'stream'] as const) {
        arena.watch(lane, both[lane], 'aborted', 'error', 'close');
        both[lane].resume();
      }
      const over = closed(both.request, both.stream);
      arena.record(side, both[side].close(code, () => arena.record(side, 'callback')), both[side].closed, both[side].destroyed, both[side].rstCode, both[side].aborted);
      arena.attempt(side, 'again', () => both[side].close(3, () => arena.record(side, 'never')));
      await over;
      for (const lane of ['request', 'stream'] as const) arena.record(lane, both[lane].rstCode, both[lane].aborted, both[lane].destroyed);
    }, side === 'request' || (code !== undefined && code !== 0 && code !== 8) ? {} : {
      differs: 'A request that gets no answer',
      becomes: (lanes) => lanes.request.splice(1, 0, unanswered(code === 8 ? 'NGHTTP2_CANCEL' : 'NGHTTP2_NO_ERROR')),
    });
  }
  for (const error of [undefined, new Error('mine')]) {
    scenario(`destroy(${error}) of the ${side}`, async (_http2, _record, arena) => {
      const both = await arena.exchange({ ':method': 'POST' });
      for (const lane of ['request', 'stream'] as const) {
        arena.watch(lane, both[lane], 'aborted', 'error', 'close');
        both[lane].resume();
      }
      const over = closed(both.request, both.stream);
      arena.record(side, both[side].destroy(error) === both[side], both[side].closed, both[side].destroyed, both[side].rstCode, both[side].aborted);
      await over;
      for (const lane of ['request', 'stream'] as const) arena.record(lane, both[lane].rstCode, both[lane].aborted, both[lane].destroyed, typeof both[lane].session);
    }, error !== undefined ? {} : side === 'stream' ? {
      differs: 'A request that gets no answer',
      becomes: (lanes) => lanes.request.splice(1, 0, unanswered('NGHTTP2_NO_ERROR')),
    } : {
      differs: 'A stream destroyed without an error',
      becomes: (lanes) => {
        lanes.request[1][3] = 8;
        lanes.request[3][0] = lanes.stream[2][0] = 8;
      },
    });
  }
  scenario(`methods of a destroyed ${side}`, async (_http2, _record, arena) => {
    const both = await arena.exchange({ ':method': 'POST' });
    const s = both[side];
    s.destroy();
    await closed(s);
    // Deprecated: with --throw-deprecation it ends the process.
    const priority = process.throwDeprecation ? [] : ['priority'];
    for (const name of ['close', ...priority, 'sendTrailers', 'setTimeout', 'respond', 'additionalHeaders', 'pushStream', 'respondWithFile', 'respondWithFD', 'end', 'write', 'read', 'pause', 'resume', 'destroy']) {
      if (s[name] === undefined) continue;
      arena.attempt(side, name, () => typeof s[name](...name === 'setTimeout' ? [1] : name === 'pushStream' ? [{}, () => {}] : name === 'write' ? ['x'] : name === 'close' ? [] : [{}]));
    }
    await turns();
  });
  scenario(`close of the ${side} with bad arguments`, async (_http2, _record, arena) => {
    const both = await arena.exchange({ ':method': 'POST' });
    for (const code of ['1', null, -1, 2 ** 32, 1.5, {}, NaN]) arena.attempt(side, String(code), () => both[side].close(code));
    for (const callback of [null, 1, 'f', {}]) arena.attempt(side, String(callback), () => both[side].close(0, callback));
    arena.record(side, both[side].closed);
  });
  scenario(`the ${side}'s timeout`, async (_http2, _record, arena) => {
    const both = await arena.exchange({ ':method': 'POST' });
    const s = both[side];
    arena.attempt(side, 'set', () => s.setTimeout(5, () => arena.record(side, 'callback')) === s);
    arena.record(side, s.timeout);
    await on(s, 'timeout');
    arena.record(side, s.destroyed, s.closed);
    for (const [msecs, callback] of [['1'], [-1], [NaN], [5, 1], [5, null], [0]]) arena.attempt(side, `${msecs} ${callback}`, () => s.setTimeout(msecs, callback) === s);
  });
}

scenario('closing from inside handlers', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => { stream.on('error', () => {}); stream.respond(); stream.write('a'); stream.on('close', () => arena.record('stream', stream.rstCode)); } });
  for (const event of ['response', 'data']) {
    const request = client.request();
    arena.names(event, request, 'response', 'data', 'end', 'aborted', 'error', 'close');
    request.on(event, () => request.close(8));
    if (event === 'response') request.resume();
    await closed(request);
    arena.record(event, request.rstCode);
  }
  const request = client.request();
  arena.names('destroy', request, 'response', 'data', 'end', 'aborted', 'error', 'close');
  request.on('data', () => request.destroy());
  await closed(request);
  arena.record('destroy', request.rstCode);
}, {
  differs: 'A message that is cut off by `destroy()`',
  becomes: (lanes) => lanes.destroy.splice(lanes.destroy.indexOf('end'), 1),
});

scenario('a pipeline whose peer goes away', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  stream.respond();
  const done = new Promise<void>((resolve) => pipeline(new PassThrough().resume(), stream, (error) => { arena.record('server', error); resolve(); }));
  request.resume();
  await on(request, 'response');
  request.close(8);
  await done;
});

scenario('async iteration of a response that is given up', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  stream.respond();
  stream.write('some');
  await on(request, 'response');
  stream.close(2);
  arena.record('request', await textOf(request).catch((error) => error));
}, {
  differs: 'A stream given up with an error code',
  expected: { request: [streamError('NGHTTP2_INTERNAL_ERROR')] },
});

scenario('a request that is cancelled before it is answered', async (_http2, _record, arena) => {
  const answers: Record<string, (stream: any) => void> = {
    respond: (stream) => stream.respond(),
    write: (stream) => stream.write('x'),
    additionalHeaders: (stream) => stream.additionalHeaders({ ':status': 103 }),
    respondWithFile: (stream) => stream.respondWithFile('/dev/null'),
  };
  let over: () => void;
  const { client } = await arena.pair({ onStream: (stream: any, headers: any) => {
    const name = headers['x-answer'];
    arena.watch(name, stream, 'aborted', 'error');
    stream.on('close', () => { arena.record(name, 'close', stream.rstCode); over(); });
    answers[name]!(stream);
  } });
  for (const name of Object.keys(answers)) {
    const closing = new Promise<void>((resolve) => { over = resolve; });
    const request = client.request({ ':method': 'POST', 'x-answer': name });
    request.on('error', () => {});
    request.close(8);
    await closing;
  }
});

scenario('an AbortSignal before, while and after', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => { stream.on('error', () => {}); stream.on('close', () => arena.record('stream', stream.rstCode)); stream.respond(); stream.write('x'); } });
  for (const when of ['before', 'while', 'response', 'after']) {
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    const request = client.request({}, { signal: controller.signal });
    arena.watch(when, request, 'aborted', 'error', 'close');
    request.resume();
    const over = closed(request);
    if (when === 'while') controller.abort(new Error('why'));
    if (when === 'response') { await on(request, 'response'); controller.abort(); }
    if (when === 'after') { await on(request, 'response'); request.close(); }
    await over;
    if (when === 'after') controller.abort();
    arena.record(when, request.rstCode, request.destroyed);
  }
});
