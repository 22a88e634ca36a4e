// A scenario plays both ends of a connection on one implementation and writes down what it sees, lane by lane: within a
// lane order counts, between lanes it is a matter of timing. Played on node:http2 and on duetto it gives the same.

import * as builtin from 'node:http2';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { duplexPair } from './duplex.js';
import { duetto, type Http2, type Loose, nodeIs } from './parity.js';
import { cert, key } from './tls.mjs';

export type { Http2, Loose };
export type Record = (lane: string, ...values: unknown[]) => void;
export type Play = (http2: Http2, record: Record, arena: Arena) => Promise<unknown>;
type Lanes = { [lane: string]: unknown[] };

interface Meant {
  /** Row of docs/differences.md, by its beginning, that says why the built-in does otherwise. */
  differs?: string;
  /** First line of Node whose built-in does as duetto does on every line. */
  since?: readonly [major: number, minor: number];
  /** The lines of Node whose built-in does what duetto does on every line. */
  lines?: readonly number[];
  /** What must be recorded, where the built-in of this Node cannot say it. */
  expected?: Lanes;
  /** Makes of what the built-in records what duetto does: exactly the difference. */
  becomes?: (lanes: any) => void;
}

/** Milliseconds; long for a machine that is busy. */
const PATIENCE = 3000;

const differences = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8')
  .split('\n').filter((line) => line.startsWith('| ')).map((line) => line.slice(2));

export function scenario(name: string, play: Play, { differs, since, lines, expected, becomes }: Meant = {}): void {
  test(name, async () => {
    if (differs !== undefined)
      expect(differences.some((row) => row.startsWith(differs)), `docs/differences.md has '${differs}'`).toBe(true);
    const ours = await act(duetto, play);
    expect(Object.keys(ours), 'something was recorded').not.toEqual([]);
    if (expected !== undefined) expect(ours).toEqual(expected);
    else if (becomes === undefined && (differs !== undefined || since !== undefined || lines !== undefined)) throw new Error('say what is expected');
    if (since !== undefined && !nodeIs(...since)) return;
    if (lines?.includes(Number.parseInt(process.versions.node)) === false) return;
    const theirs = await act(builtin, play);
    if (becomes !== undefined) {
      const changed = structuredClone(theirs);
      becomes(changed);
      expect(changed, 'the difference is still there').not.toEqual(theirs);
      expect(ours, 'duetto (+ is the built-in, changed) ').toEqual(changed);
    } else if (differs === undefined) expect(ours, 'duetto (+ is the built-in) ').toEqual(theirs);
    else expect(ours, 'the difference is still there').not.toEqual(theirs);
  });
}

async function act(http2: Http2, play: Play): Promise<Lanes> {
  const arena = new Arena(http2);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      play(http2, arena.record, arena),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(
          `${http2 === duetto ? 'duetto' : 'the built-in'} has not come to an end:\n${JSON.stringify(arena.lanes, null, 1)}`)), PATIENCE);
      }),
    ]);
    // What the end of the scenario brings about is none of its business.
    return structuredClone(arena.lanes);
  } finally {
    clearTimeout(timer);
    await arena.end();
  }
}

export class Arena {
  readonly lanes: Lanes = {};
  readonly #last: (() => unknown)[] = [];

  constructor(readonly http2: Http2) {}

  get isDuetto(): boolean {
    return this.http2 === duetto;
  }

  readonly record: Record = (lane, ...values) => {
    (this.lanes[lane] ??= []).push(values.length === 1 ? this.plain(values[0]) : values.map((value) => this.plain(value)));
  };

  /** Records events with their arguments. */
  watch(lane: string, emitter: EventEmitter, ...names: string[]): void {
    for (const name of names) emitter.on(name, (...args) => this.record(lane, name, ...args));
  }

  /** Records events by their names. */
  names(lane: string, emitter: EventEmitter, ...names: string[]): void {
    for (const name of names) emitter.on(name, () => this.record(lane, name));
  }

  /** Records what a call gives or throws. */
  attempt(lane: string, what: string, action: () => unknown): void {
    let result: unknown;
    try {
      result = action();
    } catch (error) {
      this.record(lane, what, 'throws', error);
      return;
    }
    this.record(lane, what, result);
  }

  /** Runs when the scenario is over, the latest first. */
  finally(action: () => unknown): void {
    this.#last.unshift(action);
  }

  /** Makes a server listen. */
  async listen(server: Loose): Promise<number> {
    const sockets = new Set<Duplex>();
    for (const event of ['connection', 'secureConnection']) server.on(event, (socket: Duplex) => sockets.add(socket));
    this.finally(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    return port;
  }

  /** A server without TLS that listens, with a listener for 'stream'. */
  async serve(onStream?: (stream: Loose, headers: Loose, flags: number, raw: string[]) => void, options: object = {}): Promise<{ server: Loose; port: number }> {
    const server = this.http2.createServer(options);
    if (onStream !== undefined) server.on('stream', onStream);
    return { server, port: await this.listen(server) };
  }

  /** The same over TLS. */
  async serveTls(onStream?: (stream: Loose, headers: Loose, flags: number, raw: string[]) => void, options: object = {}): Promise<{ server: Loose; port: number }> {
    const server = this.http2.createSecureServer({ key, cert, ...options });
    if (onStream !== undefined) server.on('stream', onStream);
    return { server, port: await this.listen(server) };
  }

  connect(port: number, options: object = {}, listener?: Loose): Loose {
    const client = this.http2.connect(`http://localhost:${port}`, {
      createConnection: () => net.connect(port, '127.0.0.1'), ...options,
    }, listener);
    client.on('error', () => {});
    this.finally(() => client.destroy());
    return client;
  }

  connectTls(port: number, options: object = {}, listener?: Loose): Loose {
    const client = this.http2.connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1', servername: 'localhost', ...options } as Loose, listener);
    client.on('error', () => {});
    this.finally(() => client.destroy());
    return client;
  }

  /** A client and the server's end of its connection, both ready. */
  async pair({ server: serverOptions = {}, client: clientOptions = {}, onStream }: {
    server?: object; client?: object; onStream?: (stream: Loose, headers: Loose, flags: number, raw: string[]) => void;
  } = {}): Promise<{ server: Loose; port: number; client: Loose; session: Loose }> {
    const { server, port } = await this.serve(onStream, serverOptions);
    const met = once(server, 'session');
    const client = this.connect(port, clientOptions);
    const ready = once(client, 'remoteSettings');
    const [session] = await met;
    session.on('error', () => {});
    await Promise.all([ready, new Promise((resolve) => session.once('localSettings', resolve))]);
    return { server, port, client, session };
  }

  /** A request, both ends of its stream; the server's has no answer yet. */
  async exchange(headers: object = {}, how: { server?: object; client?: object; request?: object } = {}): Promise<{
    server: Loose; client: Loose; session: Loose; stream: Loose; request: Loose; port: number;
  }> {
    const both = await this.pair(how);
    const met = once(both.server, 'stream');
    const request = both.client.request({ ':path': '/', ...headers }, how.request);
    request.on('error', () => {});
    const [stream] = await met;
    stream.on('error', () => {});
    return { ...both, stream, request };
  }

  async end(): Promise<void> {
    for (const action of this.#last) await action();
  }

  /** A value without what differs from run to run: ports, dates, times, identities. */
  plain(value: unknown, depth = 0): unknown {
    if (value === null || value === undefined) return value;
    if (typeof value === 'string') return this.#withoutPorts(value);
    if (typeof value === 'function') return `[function ${value.name}]`;
    if (typeof value === 'symbol' || typeof value === 'bigint') return String(value);
    if (typeof value !== 'object') return value;
    if (value instanceof Error) {
      const { name, message, code, cause } = value as Error & { code?: string };
      return {
        error: name, message: this.#withoutPorts(message), ...code !== undefined && { code },
        ...cause !== undefined && { cause: this.plain(cause, depth + 1) },
      };
    }
    if (Buffer.isBuffer(value)) return `<${value.toString('latin1')}>`;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return Object.prototype.toString.call(value);
    if (Array.isArray(value)) {
      return value.map((item, i) => value[i - 1] === 'date' ? '(date)' : this.plain(item, depth + 1));
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype !== null && prototype !== Object.prototype || depth > 4) return `[${value.constructor?.name}]`;
    const copy: { [name: string]: unknown } = {};
    for (const [name, item] of Object.entries(value)) copy[name] = name === 'date' && typeof item === 'string' ? '(date)' : this.plain(item, depth + 1);
    const sensitive = (value as Loose)[this.http2.sensitiveHeaders];
    if (sensitive !== undefined) copy['@sensitive'] = this.plain(sensitive);
    return copy;
  }

  #withoutPorts(text: string): string {
    return text.replace(/(?<=localhost:|127\.0\.0\.1:)\d+/g, 'PORT');
  }
}

/** What a stream receives, as text. */
export async function textOf(stream: Loose): Promise<string> {
  stream.setEncoding('latin1');
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

/** Resolves on the event; unlike `once` of node:events, whatever happens before. */
export function on(emitter: Loose, event: string): Promise<Loose[]> {
  return new Promise((resolve) => emitter.once(event, (...args: Loose[]) => resolve(args)));
}

/** Resolves when all of these have closed. */
export function closed(...emitters: Loose[]): Promise<unknown> {
  return Promise.all(emitters.map((emitter) => new Promise((resolve) => emitter.once('close', resolve))));
}

/** Resolves when what was put off in this turn, and in the next, has happened. */
export async function turns(count = 2): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => { setImmediate(resolve); });
}

export { duplexPair };

/** ERR_HTTP2_STREAM_ERROR as it is recorded. */
export function streamError(code: string | number): object {
  return { error: 'Error', code: 'ERR_HTTP2_STREAM_ERROR', message: `Stream closed with error code ${code}` };
}
