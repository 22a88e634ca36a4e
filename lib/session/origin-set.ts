import type { Duplex } from 'node:stream';

interface PeerSocket extends Duplex {
  servername?: string | false | null;
  remoteFamily?: string;
  remoteAddress?: string;
  remotePort?: number;
}

/** The origins that a client may use its connection for, at first only that of the server (RFC 8336, section 2.3). */
export function initialOriginSet(socket: Duplex | undefined): Set<string> {
  const { servername, remoteFamily, remoteAddress, remotePort } = (socket ?? {}) as PeerSocket;
  let host: unknown = servername;
  if (host === null || host === false) host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
  const port = remotePort != null ? `:${remotePort}` : '';
  return new Set([originOf(`https://${host}${port}`)]);
}

/** The origin of a URL, in ASCII; 'null' for one that has none. */
export function originOf(url: string): string {
  return new URL(url).origin;
}
