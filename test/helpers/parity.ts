// A scenario is played on node:http2 and on duetto; what it recorded is compared, lane by lane: within a lane order
// counts, between lanes (a server's, its client's) it is a matter of timing.

import * as builtin from 'node:http2';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import { expect, test } from 'vitest';

export type Http2 = typeof builtin;
/** Sees what its name says, and whatever else is asked of it. */
export type Loose = any;

// `require`, as the CommonJS that it is.
export const duetto = createRequire(import.meta.url)('../../dist/index.js') as Http2;

export interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  informational: Record<string, unknown>[];
  body: string;
  trailers: Record<string, unknown> | undefined;
  /** What the client's stream emitted, 'data' once. */
  events: string[];
  rstCode: number | undefined;
}

export interface Asking {
  body?: string | Buffer;
  /** Sends a body by hand. */
  with?: (stream: builtin.ClientHttp2Stream) => void;
  /** Another `endStream` than the absence of a body says. */
  endStream?: boolean;
}

/** Where one implementation plays the scenario; clients are node:http2's. */
export class Stage {
  readonly lanes: Record<string, unknown[]> = {};
  readonly isBuiltin: boolean;
  server!: Loose;
  port = 0;
  /** That of the latest client. */
  socket!: net.Socket;
  #client: builtin.ClientHttp2Session | undefined;
  readonly #last: (() => unknown)[] = [];

  constructor(readonly h2: Http2) {
    this.isBuiltin = h2 === builtin;
  }

  record(lane: string, ...values: unknown[]): void {
    (this.lanes[lane] ??= []).push(values.length === 1 ? values[0] : values);
  }

  /** Records events by name, as they come. */
  watch(lane: string, emitter: EventEmitter, ...names: string[]): void {
    for (const name of names) emitter.on(name, () => this.record(lane, name));
  }

  /** Runs when the scenario is over, the latest first. */
  finally(action: () => unknown): void {
    this.#last.unshift(action);
  }

  /** A server without TLS, listening. */
  async serve(listener?: (request: Loose, response: Loose) => void, options: object = {}): Promise<Loose> {
    return this.listen(this.h2.createServer(options, listener as Loose));
  }

  async listen(server: Loose): Promise<Loose> {
    this.server = server;
    const sockets = new Set<Loose>();
    for (const event of ['connection', 'secureConnection']) server.on(event, (socket: Loose) => sockets.add(socket));
    this.finally(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as net.AddressInfo).port;
    return server;
  }

  connect(options: object = {}): builtin.ClientHttp2Session {
    const createConnection = (): net.Socket => this.socket = net.connect(this.port, '127.0.0.1');
    const client = builtin.connect(`http://localhost:${this.port}`, { createConnection, ...options });
    client.on('error', () => {});
    this.finally(() => client.destroy());
    return client;
  }

  get client(): builtin.ClientHttp2Session {
    return this.#client ??= this.connect();
  }

  /** A request of the client; its stream may be used meanwhile. */
  request(headers: object = {}, how: Asking = {}): { stream: builtin.ClientHttp2Stream; answer: Promise<Answer> } {
    const endStream = how.endStream ?? (how.body === undefined && how.with === undefined);
    const stream = this.client.request({ ':path': '/', ...headers }, { endStream });
    const answer: Answer = {
      status: undefined, headers: {}, informational: [], body: '', trailers: undefined, events: [], rstCode: undefined,
    };
    const seen = (event: string): void => {
      if (event !== 'data' || answer.events.at(-1) !== 'data') answer.events.push(event);
    };
    stream.setEncoding('latin1');
    stream.on('headers', (fields) => answer.informational.push(plain(fields)));
    stream.on('response', (fields) => {
      answer.status = fields[':status'];
      answer.headers = plain(fields);
    });
    stream.on('data', (text) => answer.body += text);
    stream.on('trailers', (fields) => answer.trailers = plain(fields));
    for (const name of ['continue', 'headers', 'response', 'data', 'trailers', 'end', 'aborted', 'error', 'close'])
      stream.on(name, () => seen(name));
    if (how.with !== undefined) how.with(stream);
    else if (how.body !== undefined) stream.end(how.body);
    const closed = new Promise<Answer>((resolve) => {
      stream.on('close', () => {
        answer.rstCode = stream.rstCode;
        resolve(answer);
      });
    });
    return { stream, answer: closed };
  }

  ask(headers: object = {}, how: Asking = {}): Promise<Answer> {
    return this.request(headers, how).answer;
  }

  async end(): Promise<void> {
    for (const action of this.#last) await action();
  }
}

/** Header fields without the symbol, which is each module's own, and what differs from second to second. */
export function plain(headers: object): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(headers));
  if (copy['date'] !== undefined) copy['date'] = '(date)';
  return copy;
}

/** What a call does: its value if that is plain, or the code or name of what it throws. */
export function attempt(action: () => unknown): unknown {
  try {
    const value = action();
    return value !== null && typeof value === 'object' ? Object.prototype.toString.call(value) : value;
  } catch (error) {
    return `throws ${(error as Loose).code ?? (error as Error).name}`;
  }
}

export function describeError(error: Loose): string {
  return error ? String(error.code ?? error.name) : 'no error';
}

export function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** Polls, for what gives no event. */
export async function until(condition: () => unknown): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 300) throw new Error(`still not so: ${condition}`);
    await later(5);
  }
}

type Scenario = (stage: Stage) => Promise<void>;

export async function play(h2: Http2, scenario: Scenario): Promise<Record<string, unknown[]>> {
  const stage = new Stage(h2);
  try {
    await scenario(stage);
  } finally {
    await stage.end();
  }
  return stage.lanes;
}

interface Parity {
  /** Whether the built-in of this Node can play the scenario, or means it to end as it does. */
  builtin?: boolean;
  /** What must be recorded, of all lanes or some. */
  expected?: Record<string, unknown[]>;
}

/** Defines a test: the scenario ends with the same records on both, which are those expected. */
export function parity(name: string, scenario: Scenario, { builtin: able = true, expected }: Parity = {}): void {
  test(name, async () => {
    const ours = await play(duetto, scenario);
    expect(Object.keys(ours), 'something was recorded').not.toEqual([]);
    if (expected !== undefined) expect(ours).toMatchObject(expected);
    if (able) expect(ours).toEqual(await play(builtin, scenario));
  });
}

/** Whether this Node's major and minor version is at least that. */
export function nodeIs(major: number, minor = 0): boolean {
  const [has = 0, hasMinor = 0] = process.versions.node.split('.').map(Number);
  return has > major || (has === major && hasMinor >= minor);
}
