import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// Every process that the benchmark starts, so that none outlives it.

const running = new Set();

function track(child) {
  running.add(child);
  const forget = () => running.delete(child);
  child.once('exit', forget);
  // A program that is not installed has no process, and no exit.
  child.once('error', forget);
  return child;
}

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** For a program that has nothing to save when it is told to end. */
export function exitOnSignals() {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.on(signal, () => process.exit(code));
}

export async function stop(child) {
  if (!running.has(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Rejects when `promise` takes more than `seconds`. */
export async function within(seconds, what, promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A program without a way to talk back; its output is kept for `run`. */
export function start(program, args) {
  return track(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs a program to its end and gives what it printed. */
export async function run(program, args, seconds) {
  const child = start(program, args);
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => { output.out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { output.err += text; });
  try {
    const [code, signal] = await within(seconds, program, once(child, 'close'));
    if (code !== 0) {
      throw new Error(`${program} ended with ${code ?? signal}: ${output.err.trim() || output.out.trim()}`);
    }
    return output.out;
  } finally {
    await stop(child);
  }
}

/**
 * A Node process of the benchmark that answers questions: `ask('usage')` resolves to what the script's handler of that
 * name returns. See harness/answer.mjs for the other end.
 */
export class Worker {
  /** What the next workers run on: Node as it runs this, or another program that understands the same scripts. */
  static runtime = { execPath: process.execPath, flags: ['--expose-gc', '--no-warnings'] };

  #child;
  #stderr = '';

  constructor(script, settings, flags = []) {
    this.#child = track(fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), [], {
      env: { ...process.env, BENCH_SETTINGS: JSON.stringify(settings) },
      execPath: Worker.runtime.execPath,
      execArgv: [...Worker.runtime.flags, ...flags],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
  }

  /** Settles with the next message, or fails when the process ends instead. */
  async #message() {
    const ended = new AbortController();
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal: ended.signal }).then(([message]) => message),
        once(this.#child, 'close', { signal: ended.signal })
          .then(([code, signal]) => ({ error: `process ended with ${code ?? signal}\n${this.#stderr}` })),
      ]);
    } finally {
      ended.abort();
    }
  }

  async ready() {
    const message = await within(10, 'the start of a process', this.#message());
    if (message.error) throw new Error(message.error);
    return message.answer;
  }

  async ask(question, details = {}, seconds = 30) {
    if (!this.#child.connected) throw new Error(`process is gone\n${this.#stderr}`);
    const reply = this.#message();
    this.#child.send({ question, details });
    const message = await within(seconds, `the answer to "${question}"`, reply);
    if (message.error) throw new Error(message.error);
    return message.answer;
  }

  stop() {
    return stop(this.#child);
  }
}
