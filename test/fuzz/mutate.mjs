// Recorded traffic of a client, damaged at random: the same seed damages the same way.
import { frame, preface } from '../../cli/frames.mjs';

/** Numbers below 1 that depend on the seed alone (a linear congruential generator; no need for a good one). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
  return { random, below: (n) => Math.floor(random() * n) };
}

const PREFACE = preface.length;

export function mutate(recorded, { random, below }) {
  let bytes = Buffer.from(recorded);
  for (let i = 1 + below(8); i > 0; i--) {
    // Mostly behind the preface: without it nothing else is looked at.
    const at = random() < 0.95 ? PREFACE + below(bytes.length - PREFACE) : below(bytes.length);
    switch (below(5)) {
      case 0: bytes[at] = below(256); break;
      case 1: bytes[at] ^= 1 << below(8); break;
      case 2: {
        const from = below(bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + below(200)), bytes.subarray(at)]);
        break;
      }
      case 3: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(50))]); break;
      default: bytes = Buffer.concat([bytes.subarray(0, at), randomFrame(below), bytes.subarray(at)]);
    }
  }
  return bytes;
}

function randomFrame(below) {
  const bytes = (length) => Buffer.from(Array.from({ length }, () => below(256)));
  return frame(below(12), below(256), below(20), bytes(below(40)));
}
