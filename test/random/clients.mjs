// A client of ours with a rough program, and a server that is made of octets.

import { cut, Flag, frame, preface, settings, settingsAck, Type } from '../../cli/frames.mjs';
import { responses } from './frames.mjs';
import { roughen } from './rough.mjs';
import { inTime, PATIENCE, Seen, until } from './seen.mjs';
import { transports } from './transports.mjs';

const LAST = Buffer.from('the last');

export const conversation = responses;
/** What comes before the steps is sent when the client is there. */
export const opening = [];

/** Plays one conversation. @returns what did not hold */
export async function play({ http2, chunks, sent, streams, random, transport, gentle, garbled }) {
  const seen = new Seen(garbled);
  const closers = [];
  const asked = [...streams.keys()].filter((id) => id % 2 === 1);
  // Whether a promise is ever announced depends on what became of its request.
  const isWhole = (id) => streams.get(id).ended && !streams.get(id).reset && (gentle || id % 2 === 1);
  let serve;
  const served = new Promise((resolve) => { serve = resolve; });
  const socket = await transports[transport](serve, (close) => closers.push(close), http2);
  const peer = await served;
  peer.on('error', () => {});
  socket.on('error', () => {});
  peer.write(settings());
  const session = http2.connect('http://localhost', { createConnection: () => socket });
  try {
    session.on('error', () => {});
    const closed = new Promise((resolve) => { session.on('close', resolve); });
    session.on('stream', (stream) => {
      const now = seen.watch(stream, stream.id);
      // Of a pushed stream, the response is the 'push'.
      if (!gentle) roughen(stream, now, random);
    });
    const { requested, answered } = listen(peer, asked.length);
    for (const id of asked) {
      const posts = random.chance(0.3);
      const request = session.request({ ':path': `/${id}`, ':method': posts ? 'POST' : 'GET' });
      const now = seen.watch(request, id);
      request.on('response', (headers) => {
        if (!garbled && headers['x-id'] !== String(id)) seen.wrong.push(`stream ${id} got the response of ${headers['x-id']}`);
      });
      if (!gentle) roughen(request, now, random, { onlyWhenTold: true });
      if (posts) request.end('request');
    }
    await inTime(requested, PATIENCE);
    for (const chunk of chunks) {
      peer.write(chunk);
      if (random.chance(0.5)) await new Promise(setImmediate);
    }
    peer.write(frame(Type.Ping, 0, 0, LAST));
    await inTime(answered, garbled ? PATIENCE / 40 : PATIENCE / 4);
    const whole = [...streams.keys()].filter((id) => isWhole(id) && sent.some((step) => step.id === id));
    if (!garbled) await until(() => session.roughlyEnded === true || whole.every((id) => seen.isDone(id)), PATIENCE / 4);
    peer.destroy();
    if (await inTime(closed, PATIENCE) === 'late') seen.wrong.push(`the session does not close: ${JSON.stringify(session.stats?.().streams)}`);
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  } finally {
    for (const close of closers) close();
    session.destroy();
    socket.destroy();
  }
  seen.check(sent, isWhole);
  for (const [id, now] of seen.streams) {
    // A request without any answer has failed, whatever became of it.
    if (id % 2 === 1 && now.responses === 0 && !now.failed && !now.gaveUp && session.roughlyEnded !== true) seen.wrong.push(`request ${id} had neither a response nor an error`);
  }
  // A promise on a request that its program has given up is refused.
  if (gentle && !garbled)
    for (const id of new Set(sent.map((step) => step.id))) if (id !== 0 && !seen.streams.has(id)) seen.wrong.push(`stream ${id} was never announced`);
  return seen.wrong;
}

/** Hears what the client says: that it has asked so often, and has answered the last PING. Acknowledges its SETTINGS and PINGs. */
function listen(peer, expected) {
  let requested;
  let answered;
  const promises = { requested: new Promise((resolve) => { requested = resolve; }), answered: new Promise((resolve) => { answered = resolve; }) };
  let left = Buffer.alloc(0);
  let skipped = false;
  let requests = 0;
  if (expected === 0) requested();
  peer.on('close', () => {
    requested();
    answered();
  });
  peer.on('data', (chunk) => {
    left = Buffer.concat([left, chunk]);
    if (!skipped) {
      if (left.length < preface.length) return;
      left = left.subarray(preface.length);
      skipped = true;
    }
    const { frames, rest } = cut(left);
    left = rest;
    for (const { type, flags, payload } of frames) {
      const acknowledges = (flags & Flag.Ack) !== 0;
      if (type === Type.Headers && ++requests === expected) requested();
      if (type === Type.Settings && !acknowledges && !peer.destroyed) peer.write(settingsAck);
      if (type === Type.Ping && acknowledges && payload.equals(LAST)) answered();
    }
  });
  return promises;
}
