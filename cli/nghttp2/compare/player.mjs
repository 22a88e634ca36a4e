// The parent's end of child/player.mjs.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { IN_SIGHT } from './in-sight.mjs';

/** How long one scenario may take, in milliseconds. */
const PATIENCE = 60_000;

export class Player {
  #engine;
  #child;
  #stderr = '';

  constructor(engine) {
    this.#engine = engine;
  }

  async #start() {
    this.#stderr = '';
    this.#child = fork(fileURLToPath(new URL('child/player.mjs', import.meta.url)), [], {
      env: { ...process.env, DUETTO_BINDING: this.#engine.file, DUETTO_NGHTTP2: '', ...IN_SIGHT },
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C is for the parent, which ends its children in order.
      detached: process.platform !== 'win32',
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => { this.#stderr = (this.#stderr + text).slice(-2000); });
    const message = await this.#message(PATIENCE);
    if (!message.ready) throw new Error(`the engine ${this.#engine.id} cannot be started: ${message.died}`);
  }

  /** The next message, or how the process ended instead. */
  async #message(patience) {
    const child = this.#child;
    const over = new AbortController();
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    try {
      return await Promise.race([
        once(child, 'message', { signal: over.signal }).then(([message]) => message),
        once(child, 'close', { signal: over.signal }).then(([code, signal]) =>
          ({ died: `the process ended with ${code ?? signal}`, words: this.#stderr.trim().split('\n').at(-1) })),
      ]);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  /** Plays one scenario. A crash of the engine is a result like others. */
  async play(name) {
    if (this.#child === undefined) await this.#start();
    this.#child.send({ play: name });
    const { result, died, words } = await this.#message(PATIENCE);
    if (result) return result;
    this.#child = undefined;
    return { connections: [], objects: [], notes: [['the process', [died, words].filter(Boolean).join(': ')]] };
  }

  stop() {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
