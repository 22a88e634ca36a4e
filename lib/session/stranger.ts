import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';

// A client that meets something else than HTTP/2 is given the error that node:http2 gives it, "Protocol error" or one of
// OpenSSL's. What was met is its `cause`.

/** The first octets received: of the counters that the core gives out. */
const BYTES_RECEIVED = 0;
const COUNTERS = 72;

/** What a server sent in place of SETTINGS, if that can be told: the first chunk of a connection that failed. */
export function causeIn(native: NativeSession | undefined, chunk: Uint8Array, length: number): Error | undefined {
  if (native === undefined) return undefined;
  const counters = new Float64Array(COUNTERS);
  // Later it is one of a peer that spoke HTTP/2 before.
  if (!native.stats(counters) || counters[BYTES_RECEIVED] !== length) return undefined;
  const line = /^HTTP\/1\.\d[^\r\n]*/.exec(Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(length, 100)).toString('latin1'))?.[0];
  if (line !== undefined) return new Error(`The server answered with HTTP/1: ${JSON.stringify(line)}`);
  // A record of TLS: an alert or a handshake, of a version 3.x (RFC 8446, section 5.1).
  if (length >= 3 && (chunk[0] === 21 || chunk[0] === 22) && chunk[1] === 3 && chunk[2]! <= 4) {
    return new Error('The server answered with TLS, to a client of cleartext HTTP/2: https:// is for that');
  }
  return undefined;
}

const CAUSES: readonly [code: RegExp, message: string][] = [
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/, 'The server did not answer with TLS: http:// is for cleartext'],
  [/ALERT_NO_APPLICATION_PROTOCOL$/, 'The server has no HTTP/2 on this port (by ALPN, RFC 7301): it may be one of HTTP/1'],
];

/** Gives errors of a TLS handshake their cause. */
export function explainHandshake(socket: Duplex): void {
  socket.once('error', (error: NodeJS.ErrnoException) => {
    const message = CAUSES.find(([code]) => code.test(error.code ?? ''))?.[1];
    if (message !== undefined && error.cause === undefined) error.cause = new Error(message);
  });
}
