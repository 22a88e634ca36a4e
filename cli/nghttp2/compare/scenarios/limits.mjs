// How much of something an engine takes before it ends the connection. What is noted is the number.

import { block, Code, data, Flag, frame, headers, ping, request, reset, settings, Type, windowUpdate } from '../../../frames.mjs';
import { known } from './known.mjs';

/** What duetto limits by itself is out of the way: the engine's limits are asked for. */
const OPEN = {
  maxSessionInvalidFrames: 0xffffffff, maxSessionRejectedStreams: 0xffffffff, maxSessionMemory: 1000, maxEmptyFrames: 0xffffffff,
  _glitchesOfNghttp2: true,
};

const scenario = (name, title, run, ...changes) => ({ name: `limits/${name}`, area: 'limits', title, run, quiet: true, known: changes });

const quiet = (stream) => { stream.on('error', () => {}); };

/**
 * Sends `one(i)` again and again, in portions, and notes how many were taken.
 *
 * @param most where to stop
 */
async function flood(stage, what, most, one, { options = OPEN, onStream = quiet, portion = 100 } = {}) {
  const server = await stage.serve({ options, onStream });
  const peer = await stage.client(server);
  let taken = 0;
  while (taken < most && !peer.closed) {
    peer.send(...Array.from({ length: Math.min(portion, most - taken) }, (_, i) => one(taken + i)).flat());
    await peer.settled(1);
    if (peer.received(Type.Goaway).length > 0) break;
    taken += portion;
  }
  const [goaway] = peer.received(Type.Goaway);
  const end = goaway ? `GOAWAY with code ${goaway.payload.readUInt32BE(4)}` : peer.closed ? 'the connection closed' : 'no end';
  stage.note(what, taken >= most ? `${most} taken, ${end}` : `${end} after ${taken} to ${taken + portion}`);
}

/** The largest number in a range for which a fresh connection lives. */
async function largest(stage, what, range, lives) {
  let [low, high] = range;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (await lives(middle)) low = middle;
    else high = middle - 1;
  }
  stage.note(what, low === range[1] ? `at least ${low}` : low);
}

async function alive(stage, frames, options = {}) {
  const server = await stage.serve({ options: { ...OPEN, ...options }, onStream: (stream) => stream.respond({ ':status': 200 }, { endStream: true }) });
  const peer = await stage.client(server);
  peer.send(...frames);
  await peer.settled(1);
  const lives = !peer.closed && peer.received(Type.Goaway).length === 0 && peer.received(Type.RstStream).every(({ payload }) => payload.readUInt32BE(0) === 0);
  peer.socket.destroy();
  return lives;
}

const id = (index) => 2 * index + 1;
const post = (index) => headers(id(index), request({}, 'POST'), Flag.EndHeaders);

export default [
  scenario('continuations', 'CONTINUATION frames of one block', (stage) => largest(stage, 'CONTINUATION frames', [0, 64], (count) => alive(stage, [
    headers(1, request(), Flag.EndStream),
    ...Array.from({ length: count }, (_, i) => frame(Type.Continuation, i === count - 1 ? Flag.EndHeaders : 0, 1, block({ [`x-${i}`]: 'y' }))),
    ...count === 0 ? [frame(Type.Continuation, Flag.EndHeaders, 1)] : [],
  ])), known.continuations),
  scenario('settings-entries', 'Entries of one SETTINGS frame', (stage) => largest(stage, 'entries', [1, 128], (count) =>
    alive(stage, [settings(...Array.from({ length: count }, (_, i) => [0x100 + i, 1]))]))),
  scenario('header-list', 'Bytes of one header field', (stage) => largest(stage, 'bytes', [1000, 131072], (length) => {
    const bytes = Buffer.concat([block(request()), block({ 'x-long': 'x'.repeat(length) })]);
    const parts = Array.from({ length: Math.ceil(bytes.length / 16384) }, (_, i) => bytes.subarray(i * 16384, (i + 1) * 16384));
    return alive(stage, parts.map((part, i) => frame(i === 0 ? Type.Headers : Type.Continuation,
      (i === 0 ? Flag.EndStream : 0) | (i === parts.length - 1 ? Flag.EndHeaders : 0), 1, part)), { maxHeaderListPairs: 1000 });
  })),
  scenario('rapid-reset', 'Streams that the peer opens and resets', (stage) =>
    flood(stage, 'streams', 3000, (i) => [post(i), reset(id(i), Code.Cancel)]), known.resetRate),
  scenario('bad-requests', 'Requests with a field that is refused', (stage) =>
    flood(stage, 'requests', 14_000, (i) => [headers(id(i), request({ 'X-Upper': '1' }))], { portion: 1000 }), known.glitches),
  scenario('window-updates-of-zero', 'WINDOW_UPDATE of 0 on streams', (stage) =>
    flood(stage, 'frames', 14_000, (i) => [post(i), windowUpdate(id(i), 0)], { portion: 1000 }), known.glitches),
  scenario('late-data', 'DATA on streams that are closed', (stage) =>
    flood(stage, 'frames', 14_000, (i) => i === 0 ? [post(0), reset(1, Code.Cancel)] : [data(1, 'x')], { portion: 1000 }), known.glitches),
  scenario('empty-data', 'Empty DATA frames', (stage) =>
    flood(stage, 'frames', 14_000, (i) => i === 0 ? [post(0)] : [data(1, '')], { portion: 1000 }), known.glitches),
  scenario('pings', 'PING frames', (stage) => flood(stage, 'frames', 3000, () => [ping('flood...')])),
  scenario('unknown-frames', 'Frames of an unknown type', (stage) =>
    flood(stage, 'frames', 14_000, () => [frame(0x77, 0, 0, Buffer.from('x'))], { portion: 1000 }), known.glitches),
  scenario('priority-frames', 'PRIORITY frames for idle streams', (stage) =>
    flood(stage, 'frames', 14_000, (i) => [frame(Type.Priority, 0, id(i), Buffer.from([0, 0, 0, 0, 15]))], { portion: 1000 }), known.glitches),
  scenario('settings-frames', 'SETTINGS frames', (stage) =>
    flood(stage, 'frames', 14_000, () => [settings([4, 65535])], { portion: 500 }), known.glitches),
  scenario('settings-unknown', 'SETTINGS frames with unknown settings', (stage) =>
    flood(stage, 'frames', 14_000, () => [settings([0xabc, 1])], { portion: 500 }), known.glitches),
  scenario('continuations-empty', 'Empty CONTINUATION frames', (stage) =>
    largest(stage, 'CONTINUATION frames', [0, 64], (count) => alive(stage, [headers(1, request(), Flag.EndStream),
      ...Array.from({ length: count }, () => frame(Type.Continuation, 0, 1)), frame(Type.Continuation, Flag.EndHeaders, 1)])), known.continuations),
];
