// After the client is gone nothing throws, whatever a handler still does.

import { describe, expect, test } from 'vitest';
import { attempt, describeError, later, type Loose, parity, play, duetto, Stage, until } from '../helpers/parity.js';

/** Every method, with arguments that do something while the client is there. */
const methods: Record<string, (response: Loose, request: Loose, said: (text: string, error?: unknown) => void) => unknown> = {
  'setHeader': (response) => response.setHeader('x-a', '1'),
  'appendHeader': (response) => response.appendHeader('x-a', '2'),
  'getHeader': (response) => response.getHeader('x-a'),
  'getHeaders': (response) => response.getHeaders(),
  'getHeaderNames': (response) => response.getHeaderNames(),
  'hasHeader': (response) => response.hasHeader('x-a'),
  'removeHeader': (response) => response.removeHeader('x-a'),
  'setTrailer': (response) => response.setTrailer('x-t', '1'),
  'addTrailers': (response) => response.addTrailers({ 'x-u': '1' }),
  'statusCode': (response) => response.statusCode = 201,
  'sendDate': (response) => response.sendDate = false,
  'headersSent': (response) => response.headersSent,
  'writableEnded': (response) => response.writableEnded,
  'socket': (response) => typeof response.socket,
  'stream': (response) => typeof response.stream,
  'writeContinue': (response) => response.writeContinue(),
  'writeInformation': (response) => response.writeInformation(102),
  'writeEarlyHints': (response) => response.writeEarlyHints({ link: '</a>; rel=preload' }),
  'flushHeaders': (response) => response.flushHeaders(),
  'writeHead': (response) => response.writeHead(200, { 'x-b': '1' }) === response,
  'cork': (response) => response.cork(),
  'write': (response, _request, said) => response.write('x', (error: unknown) => said('write', error)),
  'uncork': (response) => response.uncork(),
  'createPushResponse': (response, _request, said) =>
    response.createPushResponse({ ':path': '/p' }, (error: unknown) => said('push', error)),
  'setTimeout': (response) => response.setTimeout(1000, () => {}) === response,
  'request.setTimeout': (_response, request) => request.setTimeout(1000, () => {}) === request,
  'request.read': (_response, request) => request.read(),
  'request.resume': (_response, request) => request.resume() === request,
  'request.pause': (_response, request) => request.pause() === request,
  'request.url': (_response, request) => request.url,
  'request.authority': (_response, request) => typeof request.authority,
  'request.complete': (_response, request) => request.complete,
  'request.aborted': (_response, request) => request.aborted,
  'request.socket': (_response, request) => typeof request.socket,
  'request.socket.remoteAddress': (_response, request) => typeof request.socket.remoteAddress,
  'request.socket.destroyed': (_response, request) => request.socket.destroyed,
  'request.trailers': (_response, request) => request.trailers,
  'end': (response, _request, said) => response.end('y', () => said('end')) === response,
  'end again': (response, _request, said) => response.end(() => said('end again')) === response,
  'write after end': (response, _request, said) => response.write('z', (error: unknown) => said('late write', error)),
  'destroy': (response) => response.destroy() === response,
  'request.destroy': (_response, request) => request.destroy() === request,
};

/** How a client goes away. */
const ways: Record<string, (t: Stage, stream: Loose) => void> = {
  'resets the stream': (_t, stream) => stream.close(8),
  'destroys the session': (t) => t.client.destroy(),
  'destroys the socket': (t) => t.socket.destroy(),
};

/** Until when a client stays. */
const stages: Record<string, (response: Loose) => void> = {
  'before the headers': () => {},
  'after the headers': (response) => response.flushHeaders(),
  'within the body': (response) => response.write(Buffer.alloc(200_000)),
};

describe.each(Object.keys(ways))('the client %s', (way) => {
  test.each(Object.keys(stages))('%s, and no method throws', async (until_) => {
    const lanes = await play(duetto, async (t) => {
      const errors: unknown[] = [];
      await t.serve((request, response) => {
        response.on('error', (error: unknown) => errors.push(error));
        t.watch('request', request, 'aborted', 'close');
        t.watch('response', response, 'close');
        stages[until_]!(response);
        t.record('reached', 'handler');
        response.on('close', () => setImmediate(() => {
          for (const [name, call] of Object.entries(methods))
            t.record('calls', name, attempt(() => call(response, request, () => {})));
          t.record('done', 'all');
        }));
      });
      const { stream } = t.request({ ':method': 'POST' }, { with: (body) => body.write('x') });
      stream.on('response', () => t.record('responded', 'yes'));
      await until(() => t.lanes.reached && (until_ === 'before the headers' || t.lanes.responded));
      ways[way]!(t, stream);
      await until(() => t.lanes.done);
      await later(20);
      t.record('errors', errors.map(describeError));
    });
    expect(lanes.request!.slice(0, 2)).toEqual(['aborted', 'close']);
    expect(lanes.response).toEqual(['close']);
    // Headers that were sent cannot be changed: that throws with or without a client.
    const sent = until_ !== 'before the headers';
    const mayThrow = sent ? ['setHeader', 'appendHeader', 'removeHeader'] : [];
    for (const [name, result] of lanes.calls as [string, unknown][]) {
      if (mayThrow.includes(name)) expect(result, name).toBe('throws ERR_HTTP2_HEADERS_SENT');
      else expect(String(result), name).not.toMatch(/^throws/);
    }
  });
});

describe('aborted requests', () => {
  for (const body of ['read', 'ignored']) {
    parity(`a body that is ${body}`, async (t) => {
      await t.serve((request, response) => {
        t.watch('request', request, 'aborted', 'end', 'close', 'error');
        t.watch('response', response, 'finish', 'close', 'error');
        if (body === 'read') request.on('data', () => t.record('data', 'came'));
        request.on('aborted', () => t.record('state', request.aborted, request.complete));
        t.record('reached', 'handler');
      });
      const { stream } = t.request({ ':method': 'POST' }, { with: (sending) => sending.write('x') });
      await until(() => t.lanes.reached && (body === 'ignored' || t.lanes.data));
      stream.close(8);
      await until(() => t.lanes.response?.includes('close'));
      await later(20);
    });
  }

  parity('a handler that ends later', async (t) => {
    await t.serve((request, response) => {
      t.record('reached', 'handler');
      response.on('close', () => {
        response.statusCode = 404;
        response.setHeader('x', 'y');
        response.write('x', (error: Loose) => t.record('callbacks', 'write', Boolean(error)));
        t.record('server', attempt(() => response.end('y', () => t.record('callbacks', 'end')) === response));
      });
    });
    const { stream } = t.request();
    await until(() => t.lanes.reached);
    stream.close(8);
    await until(() => t.lanes.callbacks?.length === 2);
  });
});
