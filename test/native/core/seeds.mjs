// Where fuzzing starts from: exchanges that were written by hand, frame by frame.
import { field, frame, preface, text, uint32 } from '../../../cli/frames.mjs';

const literal = (name, value, kind = 0x40) => field(name, value, kind);
const get = Buffer.concat([Buffer.from([0x82, 0x84, 0x86, 0x41]), text('localhost')]);
const post = Buffer.concat([Buffer.from([0x83, 0x84, 0x86, 0x41]), text('localhost'), literal('x-a', 'b'), literal('content-length', '4', 0)]);
const ok = Buffer.concat([Buffer.from([0x88]), literal('server', 'x')]);
const setting = (id, value) => Buffer.concat([Buffer.from([0, id]), uint32(value)]);

const common = [
  frame(4, 0, 0, Buffer.concat([setting(1, 4096), setting(4, 70_000), setting(3, 100)])), frame(4, 1, 0), frame(6, 0, 0, Buffer.alloc(8)),
  frame(8, 0, 0, uint32(100_000)), frame(2, 0, 9, Buffer.from([0, 0, 0, 0, 15])), frame(0x2a, 0, 0, Buffer.from('unknown')),
];
const fromClient = [
  frame(1, 5, 1, get), frame(1, 4, 3, post), frame(0, 1, 3, Buffer.from('body')), frame(1, 0x2d, 5, Buffer.concat([Buffer.from([2]), uint32(0), Buffer.from([10]), get, Buffer.alloc(2)])),
  frame(1, 0, 7, get.subarray(0, 3)), frame(9, 4, 7, get.subarray(3)), frame(0, 8, 7, Buffer.concat([Buffer.from([4]), Buffer.from('data'), Buffer.alloc(4)])),
  frame(1, 5, 7, literal('trailer', 'yes')), frame(3, 0, 1, uint32(8)), frame(8, 0, 3, uint32(5000)), frame(7, 0, 0, Buffer.concat([uint32(0, 0), Buffer.from('bye')])),
];
const fromServer = [
  frame(1, 4, 1, ok), frame(0, 1, 1, Buffer.from('hello')), frame(1, 4, 3, Buffer.concat([literal(':status', '103', 0)])), frame(1, 4, 3, ok), frame(0, 0, 3, Buffer.alloc(100)),
  frame(1, 5, 3, literal('trailer', 'yes')), frame(5, 4, 5, Buffer.concat([uint32(2), get])), frame(1, 5, 2, ok), frame(6, 1, 0, Buffer.from('01234567')),
  frame(10, 0, 0, Buffer.concat([Buffer.from([0, 9]), Buffer.from('https://ah2=":1"')])), frame(12, 0, 0, Buffer.concat([Buffer.from([0, 9]), Buffer.from('https://a')])),
  frame(7, 0, 0, uint32(5, 0)),
];

/** Inputs by name. The first three octets choose options, what is answered, and how large the chunks are. */
export function seeds(target) {
  if (target === 'commands' || target === 'settings') {
    return Object.fromEntries(Array.from({ length: 40 }, (_, i) => {
      let state = i * 7919 + 1;
      const random = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >> 8;
      return [`random-${i}`, Buffer.from(Array.from({ length: 50 + i * 20 }, random))];
    }));
  }
  const own = target === 'server' ? fromClient : fromServer;
  const all = {};
  const orders = { whole: [...common, ...own], frames: own, reversed: [...own].reverse() };
  for (const [name, frames] of Object.entries(orders)) {
    for (const [i, chosen] of [[0, [0, 0, 255]], [1, [0, 44, 3]], [2, [4, 54, 20]], [3, [16, 129, 60]], [4, [47, 34, 9]]])
      all[`${name}-${i}`] = Buffer.concat([Buffer.from(chosen), ...(frames === orders.frames ? [frame(4, 0, 0)] : []), ...frames]);
  }
  for (const [i, one] of [...common, ...own].entries()) all[`one-${i}`] = Buffer.concat([Buffer.from([0, 44, 255]), frame(4, 0, 0), one]);
  all.preface = Buffer.concat([Buffer.from([0, 64, 10]), preface, ...common, ...own]);
  return all;
}
