import net = require('node:net');
import type { Duplex } from 'node:stream';
import { descriptorOf, hasDescriptor } from '../node-internals/socket-descriptor.js';

const { write } = net.Socket.prototype;
const bytesWritten = Object.getOwnPropertyDescriptor(net.Socket.prototype, 'bytesWritten')?.get as
  ((this: net.Socket) => number) | undefined;

const kWriter = Symbol('duetto writer');

type WrittenSocket = net.Socket & { [kWriter]?: DirectWriter };

/** One for all sockets, so that they keep one shape. */
const countedBytesWritten: PropertyDescriptor = {
  configurable: true,
  enumerable: false,
  get(this: WrittenSocket): number {
    return bytesWritten!.call(this) + (this[kWriter]?.sent ?? 0);
  },
};

/**
 * The descriptor of a socket, for writes that do not take the way through its stream: one system call, no request
 * object, no callback. What the kernel does not take at once is left to the stream, which waits for room.
 */
export class DirectWriter {
  /** Bytes written so far. */
  sent = 0;

  private constructor(private readonly socket: WrittenSocket) {
    socket[kWriter] = this;
    Object.defineProperty(socket, 'bytesWritten', countedBytesWritten);
  }

  /** @returns undefined where the stream is the only way: TLS, any other Duplex, Windows, a `write` of somebody's own */
  static for(socket: Duplex): DirectWriter | undefined {
    if (bytesWritten === undefined || !hasDescriptor(socket) || socket.write !== write) return undefined;
    return (socket as WrittenSocket)[kWriter] ?? new DirectWriter(socket as WrittenSocket);
  }

  /** @returns -1 when the stream has to be used: no byte may overtake one that waits there */
  descriptor(): number {
    const { socket } = this;
    // A time limit of the socket's own counts what goes through the stream.
    if (socket.writableLength !== 0 || socket.writableCorked !== 0 || socket.writableEnded ||
        socket.connecting || socket.timeout || socket.write !== write) return -1;
    return descriptorOf(socket);
  }
}
