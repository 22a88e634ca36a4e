import net = require('node:net');
import type { Duplex } from 'node:stream';
import { directAllowed, type InnerSocket } from './inner-socket.js';

const { write } = net.Socket.prototype;
const bytesWritten = Object.getOwnPropertyDescriptor(net.Socket.prototype, 'bytesWritten')?.get as
  ((this: net.Socket) => number) | undefined;

/** Octets that each socket was given past its stream. */
const sentPast = new WeakMap<net.Socket, DirectWriter>();

/** One for all sockets, so that they keep one shape. */
const countedBytesWritten: PropertyDescriptor = {
  configurable: true,
  enumerable: false,
  get(this: net.Socket): number {
    return bytesWritten!.call(this) + (sentPast.get(this)?.sent ?? 0);
  },
};

/**
 * The descriptor of a socket, for writes that do not take the way through its stream: one system call, no request
 * object, no callback. What the kernel does not take at once is left to the stream, which waits for room.
 */
export class DirectWriter {
  /** Octets written so far. */
  sent = 0;

  private constructor(private readonly socket: InnerSocket) {
    sentPast.set(socket, this);
    Object.defineProperty(socket, 'bytesWritten', countedBytesWritten);
  }

  /** @returns undefined where the stream is the only way: TLS, any other Duplex, Windows, a `write` of somebody's own */
  static for(socket: Duplex): DirectWriter | undefined {
    if (!directAllowed || process.platform === 'win32' || bytesWritten === undefined) return undefined;
    if (Object.getPrototypeOf(socket) !== net.Socket.prototype || socket.write !== write) return undefined;
    const { _handle: handle } = socket as InnerSocket;
    if (typeof handle?.fd !== 'number' || handle.fd < 0) return undefined;
    return sentPast.get(socket as InnerSocket) ?? new DirectWriter(socket as InnerSocket);
  }

  /** @returns -1 when the stream has to be used: no octet may overtake one that waits there */
  descriptor(): number {
    const { socket } = this;
    const { _handle: handle } = socket;
    // A time limit of the socket's own counts what goes through the stream.
    if (handle == null || socket.writableLength !== 0 || socket.writableCorked !== 0 || socket.writableEnded ||
        socket.connecting || socket.timeout || socket.write !== write) return -1;
    return handle.fd ?? -1;
  }
}
