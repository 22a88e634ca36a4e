import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { tls } from '../helpers/serve.ts';
import { goawayOf, type Frame, type RawPeer, Type } from '../helpers/raw-peer.ts';

const folder = import.meta.dirname;
export const module_ = resolve(folder, '..', '..', 'dist', 'index.js');

/** A request under attack takes this many milliseconds at most, of a hundred the slowest. */
export const MOST_P99 = 1000;
/** Octets that the server's process grows by under attack, at most. */
export const MOST_GROWTH = 128e6;

/** A child process that is talked to line by line. */
export class Talker {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(script: string, ...args: string[]) {
    this.#child = spawn(process.execPath, ['--expose-gc', resolve(folder, script), ...args]);
    this.#child.stderr.on('data', (chunk) => { this.#errors += chunk; });
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    onTestFinished(() => { this.#child.kill('SIGKILL'); });
  }

  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`the child has ended: ${this.#errors || this.#child.signalCode || this.#child.exitCode}`);
    return value;
  }

  async ask<T>(): Promise<T> {
    this.#child.stdin.write('?\n');
    return JSON.parse(await this.line()) as T;
  }
}

interface Limit {
  readonly option: string;
  readonly scope: string;
}

interface Condition {
  readonly rss: number;
  readonly sessions: number;
  readonly told: Limit[];
}

/** A server in a process of its own, and an honest client of it in another. */
export class Arena {
  private readonly told: Limit[] = [];

  private constructor(readonly port: number, private readonly victim: Talker, private readonly honest: Talker, private readonly before: Condition) {}

  static async open(options: object = {}, secure = false): Promise<Arena> {
    const all = secure ? { ...tls, ...options } : options;
    const victim = new Talker('victim.cjs', module_, JSON.stringify(all), ...(secure ? ['secure'] : []));
    const port = Number(await victim.line());
    const honest = new Talker('honest.cjs', `${secure ? 'https' : 'http'}://127.0.0.1:${port}`);
    await honest.line();
    return new Arena(port, victim, honest, await victim.ask());
  }

  async condition(): Promise<Condition> {
    const now = await this.victim.ask<Condition>();
    this.told.push(...now.told);
    return { ...now, told: this.told };
  }

  /** Waits until only the honest client's session is left. */
  async alone(): Promise<void> {
    const end = Date.now() + 8000;
    while ((await this.condition()).sessions > 1) {
      if (Date.now() > end) throw new Error('sessions of attackers are still there');
      await new Promise((done) => { setTimeout(done, 20); });
    }
  }

  /** All requests of the honest client were answered in time, and the server has not grown. */
  async survived(name: string): Promise<Condition> {
    const after = await this.condition();
    const { requests, failed, p50, p99 } = await this.honest.ask<{ requests: number; failed: number; p50: number; p99: number }>();
    const grown = after.rss - this.before.rss;
    if (process.env.DUETTO_ABUSE_TABLE) console.log(`| ${name} | ${requests} | ${p50} | ${p99} | ${Math.round(grown / 1e6)} |`);
    expect(failed).toBe(0);
    expect(requests).toBeGreaterThan(0);
    expect(p99).toBeLessThan(MOST_P99);
    expect(grown).toBeLessThan(MOST_GROWTH);
    return after;
  }
}

/** Sends what `next` gives until the connection is over, or 40 MB are sent. */
export async function attack(peer: RawPeer, next: (round: number) => Uint8Array): Promise<Frame[]> {
  const farewell = peer.farewell();
  let over = false;
  void farewell.then(() => { over = true; });
  for (let round = 0, sent = 0; !over && sent < 40e6; round++) {
    const bytes = next(round);
    sent += bytes.length;
    await peer.flood(bytes);
    await new Promise((done) => { setImmediate(done); });
  }
  const late = setTimeout(() => peer.socket.destroy(new Error('not cut off')), 5000);
  const frames = await farewell;
  clearTimeout(late);
  return frames;
}

/** The last GOAWAY says which limit was met. */
export function toldWhy(frames: Frame[]): { code: number; opaque: string } | undefined {
  const last = frames.filter(({ type }) => type === Type.Goaway).at(-1);
  return last && goawayOf(last);
}
