import type { Duplex } from 'node:stream';

// A client that meets something else than HTTP/2 is given the error that node:http2 gives it, "Protocol error" or one of
// OpenSSL's. What was met is its `cause`.

/** Bytes in which what was met shows. */
const ENOUGH = 100;

/** The beginning of what a server has sent first, if it is no SETTINGS frame. */
export function strangerIn(chunk: Uint8Array, length: number): Buffer | undefined {
  // The length of a first frame is less than 2^16.
  return length === 0 || chunk[0] === 0 ? undefined : Buffer.from(chunk.subarray(0, Math.min(length, ENOUGH)));
}

/** What a server sent in place of SETTINGS, if that can be told. */
export function causeIn(met: Buffer): Error | undefined {
  const line = /^HTTP\/1\.\d[^\r\n]*/.exec(met.toString('latin1'))?.[0];
  if (line !== undefined) return new Error(`The server answered with HTTP/1: ${JSON.stringify(line)}`);
  // A record of TLS: an alert or a handshake, of a version 3.x (RFC 8446, section 5.1).
  if (met.length >= 3 && (met[0] === 21 || met[0] === 22) && met[1] === 3 && met[2]! <= 4) {
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
