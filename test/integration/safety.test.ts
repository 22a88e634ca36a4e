// Programs that throw, destroy, close, keep and transfer at the worst moment: nothing that was received is lost, told twice, or
// told to somebody else, and nothing passes for whole that is not. Each in a process of its own: what it throws is uncaught there.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const programs = fileURLToPath(new URL('../helpers/safety-programs.cjs', import.meta.url));
const module_ = fileURLToPath(new URL('../..', import.meta.url));

/** What a program of that name has seen. */
function run(name: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programs, module_, name, ...args], { encoding: 'utf8', timeout: 20_000 });
  expect(`${status} ${stderr}`).toBe('0 ');
  return JSON.parse(stdout);
}

describe('memory', () => {
  test('what one user transfers away is missing nowhere else', () => {
    expect(run('transfer')).toEqual({ wrong: 0, changed: 0, uncaught: [] });
  });
  test('what is kept while listeners throw does not change', () => {
    expect(run('keep')).toEqual({ received: 480_000, changed: 0, uncaught: 4 });
  });
});

describe('telling', () => {
  test.each(['response', 'data', 'microtask'])('a tick that throws after %s loses nothing', (where) => {
    expect(run('throwInTick', where)).toEqual({ body: 'helloworld', ended: true, uncaught: 1 });
  });
  test('answering 2,000 sessions in one turn takes one stack', () => {
    expect(run('broadcast')).toEqual({ answered: 2000, uncaught: [] });
  });
  test.each(['close', 'destroy'])('write callbacks are not called inside %s(), and one that throws keeps no RST_STREAM back', (how) => {
    expect(run('callback', how)).toEqual({ inside: false, reset: true, uncaught: ['of the callback'] });
  });
  test("a listener of 'limit' that throws keeps no deadline from ending the session", () => {
    expect(run('limit')).toEqual({ closed: true, uncaught: ['of the listener'] });
  });
  test("'close' of a stream comes before 'stream' of the next", () => {
    expect(run('order')).toEqual(['stream 1', 'close 1', 'stream 3']);
  });
});

describe('life', () => {
  test('trailers of a stream that its handler has destroyed open nothing', () => {
    expect(run('ghost')).toEqual({ events: ['stream 1 /'], open: 0 });
  });
  test('a push that is destroyed in its handler is announced once', () => {
    expect(run('push')).toEqual({ pushes: 1, closed: true });
  });
  test('a push that nobody listens for is refused', () => {
    expect(run('push', 'refuse')).toEqual({ pushes: 0, closed: true });
  });
  test('a request behind a GOAWAY is refused, so that it can be sent again', () => {
    expect(run('goaway')).toEqual(['RST_STREAM 7']);
  });
  test.each(['before', 'after'])('requests made %s the connection is established, and close() in the same turn', (when) => {
    expect(run('requestThenClose', when)).toEqual({ statuses: [200, 200, 200], goawayLast: true });
  });
  test('the reset of close() is sent, although a listener destroys the stream', () => {
    expect(run('closeThenDestroyed')).toEqual(['RST_STREAM 2']);
  });
  test('an error of the peer without a listener is told to the server', () => {
    expect(run('forgotten')).toEqual({ streamErrors: ['ERR_HTTP2_STREAM_ERROR'], sessionErrors: ['ERR_HTTP2_SESSION_ERROR'], served: 200 });
  });
});

describe('whole or not', () => {
  test.each(['stream', 'client'])('write() and destroy() in one tick, %s: no END_STREAM', (side) => {
    expect(run('destroy', side)).toEqual(['HEADERS', 'DATA', 'RST_STREAM 8']);
  });
  test.each(['request', 'session'])("the reader of a response whose %s is destroyed hears no 'end'", (what) => {
    expect(run('reader', what)).toEqual({ iteration: 'ERR_STREAM_PREMATURE_CLOSE', ended: false });
  });
  test.each(['connection', '0', '8'])('a request without an answer has failed (%s)', (how) => {
    expect(run('unanswered', how)).toMatchObject({ events: ['aborted', 'error', 'close'] });
  });
  test('close() in place of sendTrailers() ends the message', () => {
    expect(run('noTrailers')).toEqual({ body: 'whole', ended: true, error: null });
  });
  test('an upload that is cut off has no end in the compatibility layer', () => {
    expect(run('cutUpload')).toEqual({ ended: false, aborted: true, finished: 'ERR_STREAM_PREMATURE_CLOSE' });
  });
});

describe('small ones', () => {
  test('destroy() after close() does not wait for a peer that has frozen', () => {
    expect(run('frozen')).toEqual({ closed: true });
  });
  test('a client whose server never ends the TLS handshake can close', () => {
    expect(run('handshake')).toEqual({ closed: true });
  });
  test('a HEAD request can be answered, and its address is known when it is', () => {
    expect(run('head')).toEqual({ writable: true, address: '127.0.0.1' });
  });
  test('TLS 1.3 tickets come before SETTINGS', () => {
    expect(run('ticket')).toEqual({ reused: true });
  });
  test('a Duplex may have any properties', () => {
    expect(run('duplex')).toEqual({ status: 200 });
  });
  test('a response that has come whole is iterated whole, whenever that begins', () => {
    expect(run('iterate')).toEqual({ bodies: ['whole', 'whole', 'whole'] });
  });
});
