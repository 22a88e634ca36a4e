import net = require('node:net');
import type { Duplex } from 'node:stream';
import { directAllowed } from './allowed.js';

// The descriptor of a socket.

interface WithDescriptor {
  readonly _handle?: {
    /** Negative once it is closed. */
    readonly fd?: number;
  } | null;
}

/** Whether it is a plain socket of Node's that has one: not on Windows, not for TLS. */
export function hasDescriptor(socket: Duplex): boolean {
  return directAllowed && process.platform !== 'win32' && Object.getPrototypeOf(socket) === net.Socket.prototype &&
    descriptorOf(socket) >= 0;
}

/** Negative where there is none, or none any more. */
export function descriptorOf(socket: Duplex): number {
  const fd = (socket as WithDescriptor)._handle?.fd;
  return typeof fd === 'number' ? fd : -1;
}
