const FEWEST_SLOTS = 16;
/** More are given back when the last stream goes. */
const KEPT_SLOTS = 1024;
/** Odd, and different in each process: a peer must not know which ids share a slot. */
const SPREAD = multiplier();

/** Odd, with neither few nor many bits set, and some of the highest: one that is small would put all ids into one slot. */
function multiplier(): number {
  for (;;) {
    const candidate = (Math.random() * 2 ** 32) | 1;
    let bits = 0;
    for (let left = candidate; left !== 0; left &= left - 1) bits++;
    if (bits >= 12 && bits <= 20 && candidate >>> 28 > 1 && candidate >>> 28 < 14) return candidate;
  }
}

/**
 * Streams by a number: open addressing, at most half full, in one array that lives as long as the session.
 *
 * Not a Map: V8 replaces a Map's table each time as many entries have come and gone as it has room for, and the old one keeps
 * pointing to the new one. One that has got among the old objects by then, as any full collection brings it there,
 * keeps alive all tables after it with all their streams, until the next full collection: they outlive scavenge after scavenge,
 * though nobody can reach them.
 */
export class StreamTable<Stream extends { readonly _serial: number }> {
  size = 0;
  /** A key, its stream, the next key. */
  private slots: Array<number | Stream | undefined> = emptySlots(FEWEST_SLOTS);
  private shift = shiftFor(FEWEST_SLOTS);

  get(key: number): Stream | undefined {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let at = this.slotOf(key); ; at = (at + 2) & mask) {
      const found = slots[at];
      if (found === key) return slots[at + 1] as Stream;
      if (found === undefined) return undefined;
    }
  }

  /** @param key that is not in the table */
  add(key: number, stream: Stream): void {
    if ((this.size + 1) * 4 > this.slots.length) this.resize(this.slots.length);
    this.place(key, stream);
    this.size++;
  }

  delete(key: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let hole = this.slotOf(key);
    for (; slots[hole] !== key; hole = (hole + 2) & mask) if (slots[hole] === undefined) return;
    this.size--;
    // What was put behind it because its slot was taken moves up.
    for (let at = (hole + 2) & mask; slots[at] !== undefined; at = (at + 2) & mask) {
      const home = this.slotOf(slots[at] as number);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at];
      slots[hole + 1] = slots[at + 1];
      hole = at;
    }
    slots[hole] = undefined;
    slots[hole + 1] = undefined;
    if (this.size === 0 && slots.length > 2 * KEPT_SLOTS) this.resize(FEWEST_SLOTS);
  }

  /** The streams of this moment, in the order in which they were made. */
  values(): Stream[] {
    const streams: Stream[] = [];
    for (let at = 0; at < this.slots.length; at += 2) if (this.slots[at] !== undefined) streams.push(this.slots[at + 1] as Stream);
    return streams.sort((a, b) => a._serial - b._serial);
  }

  private slotOf(key: number): number {
    return (Math.imul(key, SPREAD) >>> this.shift) << 1;
  }

  private place(key: number, stream: Stream): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = this.slotOf(key);
    while (slots[at] !== undefined) at = (at + 2) & mask;
    slots[at] = key;
    slots[at + 1] = stream;
  }

  private resize(count: number): void {
    const { slots } = this;
    this.slots = emptySlots(count);
    this.shift = shiftFor(count);
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== undefined) this.place(slots[at] as number, slots[at + 1] as Stream);
  }
}

function emptySlots(count: number): undefined[] {
  return new Array<undefined>(2 * count).fill(undefined);
}

/** @param count a power of two */
function shiftFor(count: number): number {
  return 1 + Math.clz32(count);
}
