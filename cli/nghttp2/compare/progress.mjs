// A bar on standard error with what is running; a line now and then where that is no terminal.

const WIDTH = 24;

export class Progress {
  #total;
  #done = 0;
  #told = -1;
  #out;

  constructor(total, out = process.stderr) {
    this.#total = total;
    this.#out = out;
  }

  /** Something else is running now. */
  now(what) {
    if (this.#out.isTTY) {
      const filled = Math.round((this.#done / this.#total) * WIDTH);
      const bar = `[${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${this.#done}/${this.#total} ${what}`;
      this.#out.write(`\r\x1b[K${bar.slice(0, (this.#out.columns ?? 80) - 1)}`);
      return;
    }
    const tenth = Math.floor((this.#done / this.#total) * 10);
    if (tenth === this.#told) return;
    this.#told = tenth;
    this.#out.write(`${this.#done}/${this.#total}: ${what}\n`);
  }

  step(weight = 1) {
    this.#done = Math.min(this.#total, this.#done + weight);
  }

  end() {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K');
  }
}
