import { expect, it } from 'vitest';
import type { Http2Stream } from '../../lib/stream/stream.js';
import { StreamTable } from '../../lib/connection/stream-table.js';

/** Numbers that look random and are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
}

const streamOf = (serial: number): Http2Stream => ({ _serial: serial }) as Http2Stream;

it.each([3, 40, 5000])('finds what is in it, up to %d at a time, and nothing else', (most) => {
  const random = numbers(most);
  const table = new StreamTable();
  const model = new Map<number, Http2Stream>();
  for (let step = 0, id = 1; step < 40_000; step++) {
    if (model.size < most && random(5) < 3) {
      const stream = streamOf(step);
      table.add(id, stream);
      model.set(id, stream);
      id += 2;
    } else {
      // Mostly the oldest ones go, as streams do; some of those that are not there.
      const gone = random(4) > 0 ? (model.keys().next().value ?? 2) : random(id + 10);
      table.delete(gone);
      model.delete(gone);
    }
    expect(table.size).toBe(model.size);
    const asked = random(id + 10);
    expect(table.get(asked)).toBe(model.get(asked));
    if (step % 500 === 0) {
      for (const [key, stream] of model) expect(table.get(key)).toBe(stream);
      expect(table.values()).toEqual([...model.values()]);
    }
  }
  for (const key of [...model.keys()]) table.delete(key);
  expect([table.size, table.values()]).toEqual([0, []]);
  expect(table.get(1)).toBeUndefined();
});
