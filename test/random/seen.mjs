// What a program has seen of its streams, and whether that is what was sent.

import { octet } from './frames.mjs';

/** Milliseconds; long for a machine that is busy. */
export const PATIENCE = 8000;

export class Seen {
  streams = new Map();
  wrong = [];
  #kept = [];
  #garbled;

  /** @param garbled octets were changed on their way: what came is anybody's guess, but it comes once, and everything ends */
  constructor(garbled) {
    this.#garbled = garbled;
  }

  /** Watches one stream from its beginning. */
  watch(stream, id) {
    const { wrong } = this;
    if (this.streams.has(id)) wrong.push(`stream ${id} was announced twice`);
    const now = { octets: 0, responses: 0, ended: false, failed: false, closes: 0, gaveUp: false };
    this.streams.set(id, now);
    stream.on('error', () => { now.failed = true; });
    stream.on('response', () => { now.responses++; });
    stream.on('data', (chunk) => {
      for (let i = 0; i < chunk.length && !this.#garbled; i++) {
        if (chunk[i] !== octet(id, now.octets + i)) {
          wrong.push(`octet ${now.octets + i} of stream ${id} is another`);
          break;
        }
      }
      now.octets += chunk.length;
      if (chunk.length > 0) this.#kept.push({ chunk, copy: Buffer.from(chunk), id });
    });
    stream.on('end', () => { now.ended = true; });
    stream.on('close', () => { now.closes++; });
    return now;
  }

  /** Whether the program is done with a stream that was sent whole. */
  isDone(id) {
    const now = this.streams.get(id);
    return now !== undefined && (now.ended || now.gaveUp || now.closes > 0);
  }

  /** @param sent steps; @param isWhole whether a stream was ended and never reset */
  check(sent, isWhole) {
    const { wrong } = this;
    const framesOf = new Map();
    for (const { id, bytes } of sent) framesOf.set(id, [...framesOf.get(id) ?? [], bytes]);
    for (const [id, now] of this.streams) {
      if (now.closes !== 1) wrong.push(`stream ${id} closed ${now.closes} times`);
      if (now.responses > 1) wrong.push(`stream ${id} had ${now.responses} responses`);
      if (this.#garbled) continue;
      const { octets, ended } = tally(framesOf.get(id));
      const came = `${now.octets} octets of ${octets}`;
      if (now.octets > octets) wrong.push(`stream ${id} got ${came}`);
      if (now.ended && !now.gaveUp && (!ended || now.octets !== octets)) wrong.push(`stream ${id} ended after ${came}${ended ? '' : ', and was not ended'}`);
      if (!now.gaveUp && isWhole(id) && framesOf.has(id) && ended && !now.ended) wrong.push(`stream ${id} has not ended: ${came}`);
    }
    for (const { chunk, copy, id } of this.#kept) if (!chunk.equals(copy)) wrong.push(`a chunk of stream ${id} has changed`);
  }
}

function tally(frames = []) {
  let octets = 0;
  let ended = false;
  for (const bytes of frames) {
    if (bytes[3] === 0) octets += bytes.length - 9;
    if (bytes[3] <= 1 && (bytes[4] & 1) !== 0) ended = true;
  }
  return { octets, ended };
}

/** @returns what the promise gives, or 'late' */
export async function inTime(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, milliseconds, 'late'); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Until it holds, for a while. */
export async function until(holds, milliseconds) {
  const enough = Date.now() + milliseconds;
  while (!holds() && Date.now() < enough) await new Promise(setImmediate);
}
