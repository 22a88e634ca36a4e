// A server of ours with a rough program, and a client that is made of octets.

import { frame, preface, settings, settingsAck, Type } from '../../cli/frames.mjs';
import { requests } from './frames.mjs';
import { roughen } from './rough.mjs';
import { inTime, PATIENCE, Seen, until } from './seen.mjs';
import { transports } from './transports.mjs';

/** The payload of the last PING: what comes before it is parsed when it is answered. */
const LAST = Buffer.from('the last');

export const conversation = requests;
export const opening = [preface, settings(), settingsAck];

/** Plays one conversation. @returns what did not hold */
export async function play({ http2, chunks, sent, streams, random, transport, gentle, garbled }) {
  const seen = new Seen(garbled);
  const closers = [];
  let session;
  let over;
  const closed = new Promise((resolve) => { over = resolve; });
  const server = http2.createServer();
  server.on('sessionError', () => {});
  server.on('session', (made) => {
    session = made;
    session.on('close', over);
  });
  server.on('stream', (stream, headers) => {
    const { id } = stream;
    if (!garbled && headers[':path'] !== `/${id}`) seen.wrong.push(`stream ${id} is for ${headers[':path']}`);
    const now = seen.watch(stream, id);
    if (!gentle) roughen(stream, now, random);
    else {
      stream.respond();
      stream.end('answer');
    }
  });
  try {
    const peer = await transports[transport]((socket) => server.emit('connection', socket), (close) => closers.push(close), http2);
    peer.on('error', () => {});
    peer.resume();
    const answered = new Promise((resolve) => {
      let tail = Buffer.alloc(0);
      peer.on('data', (chunk) => {
        tail = Buffer.concat([tail, chunk]).subarray(-200_000);
        if (tail.includes(LAST)) resolve();
      });
      peer.on('close', resolve);
    });
    for (const chunk of chunks) {
      peer.write(chunk);
      if (random.chance(0.5)) await new Promise(setImmediate);
    }
    peer.write(frame(Type.Ping, 0, 0, LAST));
    await inTime(answered, garbled ? PATIENCE / 40 : PATIENCE / 4);
    // The connection must not be lost before its readers have read.
    const whole = [...streams].filter(([, { ended, reset }]) => ended && !reset).map(([id]) => id)
      .filter((id) => sent.some((step) => step.id === id));
    if (!garbled) await until(() => session?.roughlyEnded === true || whole.every((id) => seen.isDone(id)), PATIENCE / 4);
    peer.destroy();
    if (await inTime(closed, PATIENCE) === 'late') seen.wrong.push(`the session does not close: ${JSON.stringify(session?.stats?.().streams)}`);
    // What was to be told in ticks has been.
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  } finally {
    for (const close of closers) close();
    session?.destroy();
  }
  seen.check(sent, (id) => streams.get(id).ended && !streams.get(id).reset);
  // Where its program ended the session, the rest was for nobody.
  if (session?.roughlyEnded !== true && !garbled)
    for (const { id } of sent) if (id !== 0 && !seen.streams.has(id)) seen.wrong.push(`stream ${id} was never announced`);
  return seen.wrong;
}
