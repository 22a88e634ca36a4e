import { Duplex } from 'node:stream';

/** Two ends of a connection within the process: what is written to one is read from the other. */
export function duplexPair(): [Duplex, Duplex] {
  class End extends Duplex {
    other!: End;
    private pending: (() => void) | undefined;

    override _read(): void {
      const { pending } = this;
      this.pending = undefined;
      pending?.();
    }

    override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
      if (chunk.length === 0) process.nextTick(callback);
      else {
        this.other.pending = callback;
        this.other.push(chunk);
      }
    }

    override _final(callback: () => void): void {
      this.other.push(null);
      callback();
    }
  }
  const [one, other] = [new End(), new End()];
  one.other = other;
  other.other = one;
  return [one, other];
}
