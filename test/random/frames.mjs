// Random frames of many streams, by hand, with what has to be made of them.

import { field, Flag, frame, settings, Type, uint32 } from '../../cli/frames.mjs';

/** A sequence that a seed gives again (mulberry32). */
export function numbers(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, chance: (p) => next() < p, pick: (list) => list[below(list.length)] };
}

/** Octet `at` of the body of stream `id`: no two streams have the same. */
export const octet = (id, at) => (id * 31 + at * 7 + (at >> 8)) & 0xff;
const body = (id, from, length) => Buffer.from(Uint8Array.from({ length }, (_, i) => octet(id, from + i)));

const request = (id, method) => Buffer.concat([
  field(':method', method), field(':scheme', 'http'), field(':path', `/${id}`), field(':authority', 'localhost'),
]);

/** All bodies of one conversation stay within the connection's first window. */
const BUDGET = 50_000;

/**
 * What a client sends.
 *
 * @returns `steps`: octets that belong together, each with the stream that it is of (0: none); and `streams`: what was sent
 * on each: octets, whether it was ended, and whether it was reset
 */
export function requests(random) {
  const steps = [];
  const streams = new Map();
  let left = BUDGET;
  let next = 1;
  const open = new Set();
  const moves = 20 + random.below(120);
  for (let i = 0; i < moves; i++) {
    const what = random.next();
    if (what < 0.25 || open.size === 0) {
      const id = next;
      next += 2;
      const ended = random.chance(0.3);
      streams.set(id, { octets: 0, ended, reset: false });
      if (!ended) open.add(id);
      steps.push({ id, bytes: frame(Type.Headers, Flag.EndHeaders | (ended ? Flag.EndStream : 0), id, request(id, ended ? 'GET' : 'POST')) });
    } else if (what < 0.75) {
      const id = random.pick([...open]);
      const stream = streams.get(id);
      const length = Math.min(left, random.pick([0, 1, 10, 100, 1000, 3000]));
      const ended = random.chance(0.25);
      left -= length;
      steps.push({ id, bytes: frame(Type.Data, ended ? Flag.EndStream : 0, id, body(id, stream.octets, length)) });
      stream.octets += length;
      if (ended) end(id);
    } else if (what < 0.82) {
      const id = random.pick([...open]);
      end(id);
      steps.push({ id, bytes: frame(Type.Headers, Flag.EndHeaders | Flag.EndStream, id, field('x-trailer', String(id))) });
    } else if (what < 0.9) {
      const id = random.pick([...open]);
      streams.get(id).reset = true;
      open.delete(id);
      steps.push({ id, bytes: frame(Type.RstStream, 0, id, uint32(random.pick([0, 2, 8]))) });
    } else {
      steps.push({ id: 0, bytes: random.pick([
        frame(Type.Ping, 0, 0, Buffer.alloc(8, i)),
        settings(),
        frame(Type.WindowUpdate, 0, 0, uint32(1000)),
        frame(200, 0, 0, Buffer.from('unknown')),
        frame(Type.Priority, 0, next, Buffer.concat([uint32(0), Buffer.from([15])])),
      ]) });
    }
  }
  return { steps, streams };

  function end(id) {
    streams.get(id).ended = true;
    open.delete(id);
  }
}

/** What a server sends, to as many requests as there are odd ids in `streams`. */
export function responses(random) {
  const steps = [];
  const streams = new Map();
  let left = BUDGET;
  let promised = 0;
  /** Streams that are not ended, each with whether its response has begun. */
  const open = new Map();
  const count = 1 + random.below(24);
  for (let i = 0; i < count; i++) begin(2 * i + 1);
  const moves = 20 + random.below(120);
  for (let i = 0; i < moves && open.size > 0; i++) {
    const what = random.next();
    const id = random.pick([...open.keys()]);
    const stream = streams.get(id);
    if (what < 0.7) {
      if (open.get(id)) goOn(id, stream);
      else answer(id);
    } else if (what < 0.76) {
      stream.reset = true;
      open.delete(id);
      add(id, Type.RstStream, 0, uint32(random.pick([0, 2, 7, 8])));
    } else if (what < 0.84 && id % 2 === 1) {
      promised += 2;
      begin(promised);
      // It belongs to both: without its parent there is no promise.
      add(promised, Type.PushPromise, Flag.EndHeaders, Buffer.concat([uint32(promised), request(promised, 'GET')]), id);
    } else {
      const [type, flags, payload] = random.pick([
        [Type.Ping, 0, Buffer.alloc(8, i)],
        [Type.Settings, 0, Buffer.alloc(0)],
        [Type.WindowUpdate, 0, uint32(1000)],
        [200, 0, Buffer.from('unknown')],
        [Type.Altsvc, 0, Buffer.concat([Buffer.from([0, 9]), Buffer.from('http://a.bh2=":1"')])],
      ]);
      add(0, type, flags, payload);
    }
  }
  return { steps, streams };

  function begin(id) {
    streams.set(id, { octets: 0, ended: false, reset: false });
    open.set(id, false);
  }

  function add(id, type, flags, payload, on = id) {
    steps.push({ id, bytes: frame(type, flags, on, payload) });
  }

  function end(id) {
    streams.get(id).ended = true;
    open.delete(id);
  }

  function answer(id) {
    if (id % 2 === 1 && random.chance(0.2)) {
      add(id, Type.Headers, Flag.EndHeaders, field(':status', '103'));
      return;
    }
    const ended = random.chance(0.1);
    add(id, Type.Headers, Flag.EndHeaders | (ended ? Flag.EndStream : 0), Buffer.concat([field(':status', '200'), field('x-id', String(id))]));
    if (ended) end(id);
    else open.set(id, true);
  }

  function goOn(id, stream) {
    const ended = random.chance(0.2);
    if (ended && random.chance(0.4)) {
      add(id, Type.Headers, Flag.EndHeaders | Flag.EndStream, field('x-trailer', String(id)));
    } else {
      const length = Math.min(left, random.pick([0, 1, 10, 100, 1000, 3000]));
      left -= length;
      add(id, Type.Data, ended ? Flag.EndStream : 0, body(id, stream.octets, length));
      stream.octets += length;
    }
    if (ended) end(id);
  }
}

/** Some octets of some steps changed. */
export function garble(steps, random) {
  return steps.map(({ id, bytes }) => {
    if (!random.chance(0.03)) return { id, bytes };
    const changed = Buffer.from(bytes);
    changed[random.below(changed.length)] = random.below(256);
    return { id, bytes: changed };
  });
}

/** The octets of a conversation, cut anywhere. */
export function chunksOf(steps, random, opening) {
  const all = Buffer.concat([...opening, ...steps.map(({ bytes }) => bytes)]);
  const chunks = [];
  for (let at = 0; at < all.length;) {
    const length = random.pick([1, 9, 50, 500, 5000, all.length]);
    chunks.push(all.subarray(at, at + length));
    at += length;
  }
  return chunks;
}
