// RFC 9113, sections 5.1 and 5.1.1: what comes for a stream that is closed. nghttpd, where it is installed, is asked the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { nghttpd, startNghttpd } from '../helpers/nghttpd.ts';
import {
  Code, data, Flag, frame, goawayOf, headers, ping, RawPeer, requestBlock, reset, Type, uint32, windowUpdate,
} from '../helpers/raw-peer.ts';
import { listen, site } from '../helpers/serve.ts';

const { EndHeaders } = Flag;
const { Cancel, FlowControlError, ProtocolError, StreamClosed } = Code;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duetto-closed-'));
  writeFileSync(join(folder, 'hello'), 'hello world');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = headers(1, requestBlock('/hello'));
const post = headers(1, requestBlock('/hash', { ':method': 'POST' }), EndHeaders);
const priority = frame(Type.Priority, 0, 1, Buffer.concat([uint32(0), Buffer.from([15])]));
/** The peer has answered what it is going to answer. */
const settled = 'settled';

type Step = Uint8Array | typeof settled;
/** `GOAWAY code`, or 'fine': no complaint, and a PING is answered. */
type Case = [what: string, steps: Step[], ours: string, nghttpd?: string];

const closed = `GOAWAY ${StreamClosed}`;
const cases: Case[] = [
  ['DATA after END_STREAM, answered', [get, settled, data(1, 'x')], closed, closed],
  ['HEADERS after END_STREAM, answered', [get, settled, headers(1, requestBlock('/hello'))], closed, closed],
  ['trailers after END_STREAM, answered', [get, settled, headers(1, Buffer.alloc(0))], closed, closed],
  ['DATA right after END_STREAM', [get, data(1, 'x')], closed, closed],
  ['HEADERS right after END_STREAM', [get, headers(1, requestBlock('/hello'))], closed, closed],
  ['DATA after RST_STREAM', [post, reset(1, Cancel), settled, data(1, 'x')], closed, closed],
  ['HEADERS after RST_STREAM', [post, reset(1, Cancel), settled, headers(1, requestBlock('/hello'))], closed, closed],
  ['DATA right after RST_STREAM', [Buffer.concat([post, reset(1, Cancel), data(1, 'x')])], closed, closed],
  ['HEADERS right after RST_STREAM', [Buffer.concat([post, reset(1, Cancel), headers(1, requestBlock('/hello'))])], closed, closed],
  ['DATA after RST_STREAM in the same chunk, of a stream that was open', [post, settled, Buffer.concat([reset(1, Cancel), data(1, 'x')])], closed, closed],
  ['DATA after a body that ended', [post, data(1, 'x', Flag.EndStream), settled, data(1, 'x')], closed],
  ['WINDOW_UPDATE, PRIORITY and RST_STREAM after the end', [get, settled, windowUpdate(1, 100), priority, reset(1, Cancel)], 'fine', 'fine'],
  ['an id that was left out', [headers(5, requestBlock('/hello')), headers(3, requestBlock('/hello'))], `GOAWAY ${ProtocolError}`],
  ['an id that was left out, after its neighbours are gone', [headers(5, requestBlock('/hello')), settled, headers(1, requestBlock('/hello'))], `GOAWAY ${ProtocolError}`],
  ['WINDOW_UPDATE and RST_STREAM for an id that was left out', [headers(5, requestBlock('/hello')), windowUpdate(3, 1), reset(3, Cancel)], 'fine', 'fine'],
  // What the peer sent before it heard of a reset (section 5.4.2).
  ['DATA and trailers for a stream that was reset for its malformed request', [
    headers(1, requestBlock('/hello', { connection: 'close' }), EndHeaders), settled, data(1, 'x'), headers(1, Buffer.alloc(0))], 'fine', 'fine'],
  ['DATA for a stream that was closed long ago', [get, settled, ...Array.from({ length: 1100 }, (_, i) => headers(3 + 2 * i, requestBlock('/hello'))), settled, data(1, 'x')], 'fine'],
  ['a PING that acknowledges none', [ping('unasked', Flag.Ack)], 'fine', 'fine'],
  ['a window of the connection beyond 2^31-1', [windowUpdate(0, 2 ** 31 - 1), windowUpdate(0, 2 ** 31 - 1)], `GOAWAY ${FlowControlError}`],
];

async function answerTo(port: number, steps: Step[], secure = false): Promise<string> {
  const peer = await RawPeer.client(port, {}, secure);
  for (const step of steps) {
    if (step === settled) await peer.settle();
    else peer.send(step);
  }
  peer.send(ping('end'));
  for (let one = await peer.next(); one !== undefined; one = await peer.next()) {
    if (one.type === Type.Goaway) return `GOAWAY ${goawayOf(one).code}`;
    // Acknowledgements overtake other frames: the second one comes behind them.
    if (one.type !== Type.Ping) continue;
    if (one.payload.toString().startsWith('end')) peer.send(ping('again'));
    else if (one.payload.toString().startsWith('again')) return 'fine';
  }
  return 'closed without a word';
}

describe.each([false, true])('TLS: %s', (secure) => {
  test.each(cases)('a server is sent %s', async (_what, steps, ours) => {
    const server = site(duetto as never, secure);
    server.on('sessionError', () => {});
    const { port } = await listen(server);
    expect(await answerTo(port, steps, secure)).toBe(ours);
    // Whoever comes next is served.
    expect(await answerTo(port, [get, settled], secure)).toBe('fine');
  });
});

test.skipIf(nghttpd === undefined)('nghttpd gives the same answers (skipped without it)', async () => {
  const port = await startNghttpd(folder);
  for (const [what, steps, , theirs] of cases) if (theirs !== undefined) expect([what, await answerTo(port, steps)]).toEqual([what, theirs]);
});
