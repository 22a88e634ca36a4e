import * as http from 'node:http';
import type * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { classesAreMembers, ownMembers } from '../node-internals/http1-members.js';
import type { CommonServer } from './common.js';
import type { SecureServerOptions, Complete } from './server-options.js';

/** Events of an HTTP/1 connection that are the HTTP/2 server's. */
const forwarded = new Set<string | symbol>([
  'request', 'upgrade', 'connect', 'checkContinue', 'checkExpectation', 'clientError', 'dropRequest', 'timeout',
]);

type Members = Record<PropertyKey, unknown>;

/**
 * The HTTP/1 half of a secure server: an `http.Server` that never listens, and gets the connections whose clients did
 * not choose HTTP/2. Who listens to what, timeouts and the like are looked up in the HTTP/2 server, so a program sees
 * one server.
 */
export class Http1Fallback extends http.Server {
  readonly #owner: CommonServer;
  readonly #sharesClasses: boolean;

  constructor(owner: CommonServer, options: Complete<SecureServerOptions>) {
    super({ ...options, ...options.http1Options } as http.ServerOptions);
    this.#owner = owner;
    const { IncomingMessage, ServerResponse } = options.http1Options;
    this.#sharesClasses = classesAreMembers || (IncomingMessage === undefined && ServerResponse === undefined);
    this.#share();
    owner.on('listening', () => this.#startTimeouts());
  }

  override emit(event: any, ...args: any[]): boolean {
    return forwarded.has(event) ? this.#owner.emit(event, ...args) : super.emit(event, ...args);
  }

  override listenerCount(event: any, ...args: any[]): number {
    return forwarded.has(event) ? this.#owner.listenerCount(event, ...args) : super.listenerCount(event, ...args);
  }

  /** Serves a connection. */
  accept(socket: Duplex): void {
    super.emit('connection', socket as net.Socket);
    // TLS asks it for session tickets, programs for its properties, and Node for the classes of messages.
    if (this.#sharesClasses) (socket as { server?: unknown }).server = this.#owner;
  }

  /**
   * What `http.Server` has and `net.Server` has not (timeouts, limits, ...) lives in the HTTP/2 server; the
   * classes of messages too, under symbols, where Node looks for them through `socket.server`.
   */
  #share(): void {
    const owner = this.#owner as unknown as Members;
    for (const name of ownMembers(this)) {
      owner[name] ??= (this as unknown as Members)[name];
      Object.defineProperty(this, name, {
        configurable: true,
        enumerable: true,
        get: () => owner[name],
        set: (value: unknown) => { owner[name] = value; },
      });
    }
  }

  /** `http.Server` looks for connections that take too long from when it listens until it closes. */
  #startTimeouts(): void {
    super.emit('listening');
  }
}
