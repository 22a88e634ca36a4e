// What rough programs do, at any moment that a program gets.

/** Thrown on purpose. */
export class Rough extends Error {}

/**
 * @param stream of a server or a client
 * @param now notes whether the program has given the stream up
 * @param onlyWhenTold nothing is done before the stream hears of something
 */
export function roughen(stream, now, random, { onlyWhenTold = false } = {}) {
  const { session } = stream;
  const acts = {
    throw() {
      throw new Rough('from a listener');
    },
    throwInTick() {
      process.nextTick(() => { throw new Rough('from a tick'); });
    },
    throwInMicrotask() {
      queueMicrotask(() => { throw new Rough('from a microtask'); });
    },
    destroy() {
      now.gaveUp = true;
      stream.destroy(random.chance(0.5) ? new Rough('of the program') : undefined);
    },
    close() {
      now.gaveUp = true;
      stream.close(random.pick([0, 2, 8]));
    },
    pause() {
      stream.pause();
      setImmediate(() => stream.resume());
    },
    respond() {
      if (stream.respond !== undefined && !stream.headersSent && !stream.destroyed && !stream.closed) stream.respond({ ':status': 200 });
    },
    write() {
      acts.respond();
      if (!stream.writable || stream.destroyed || stream.closed) return;
      stream.write(Buffer.alloc(random.pick([1, 100, 10_000]), 'w'), () => { if (random.chance(0.3)) throw new Rough('from a callback'); });
    },
    finish() {
      acts.respond();
      if (stream.writable && !stream.destroyed && !stream.closed) stream.end('answer', () => { if (random.chance(0.3)) throw new Rough('from a callback'); });
    },
    ping() {
      if (!session.destroyed) session.ping(() => {});
    },
    endSession() {
      session.roughlyEnded = true;
      for (const other of sessionsStreams.get(session) ?? []) other.gaveUp = true;
      if (random.chance(0.5)) session.destroy(random.chance(0.5) ? new Rough('of the program') : undefined);
      else session.close();
    },
    nothing() {},
  };
  const rare = random.chance(0.02);
  const names = Object.keys(acts).filter((name) => name !== 'endSession' || rare);
  const act = () => acts[random.pick([...names, 'nothing', 'nothing', 'finish'])]();
  const others = sessionsStreams.get(session) ?? [];
  others.push(now);
  sessionsStreams.set(session, others);
  if (session.roughlyEnded) now.gaveUp = true;
  for (const event of ['response', 'headers', 'push', 'data', 'end', 'close', 'aborted', 'finish', 'trailers']) if (random.chance(0.3)) stream.on(event, act);
  // Somebody has to answer in the end.
  setTimeout(() => {
    if (stream.destroyed) return;
    acts.respond();
    if (stream.writable && !stream.closed) stream.end();
    stream.resume();
  }, 20);
  if (!onlyWhenTold) act();
}

const sessionsStreams = new WeakMap();
