import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';

// A peer that speaks HTTP/2 by hand: frames are built octet by octet, and expected one after another. It does nothing
// by itself, not even acknowledge SETTINGS.

export const Type = {
  Data: 0, Headers: 1, Priority: 2, RstStream: 3, Settings: 4, PushPromise: 5, Ping: 6, Goaway: 7, WindowUpdate: 8,
  Continuation: 9,
} as const;

export const Flag = { Ack: 1, EndStream: 1, EndHeaders: 4, Padded: 8, Priority: 0x20 } as const;

export const Code = {
  NoError: 0, ProtocolError: 1, InternalError: 2, FlowControlError: 3, SettingsTimeout: 4, StreamClosed: 5,
  FrameSizeError: 6, RefusedStream: 7, Cancel: 8, CompressionError: 9, ConnectError: 10, EnhanceYourCalm: 11,
} as const;

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0), length = payload.length): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

/** A field as HPACK writes it without index and without Huffman coding (RFC 7541, section 6.2.2). */
export function field(name: string, value: string): Buffer {
  const text = (string: string): Buffer => {
    const bytes = Buffer.from(string, 'latin1');
    return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
  };
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** RFC 7541, section 5.1. */
function integer(value: number, bits: number, first: number): Buffer {
  const most = (1 << bits) - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  for (value -= most; value >= 128; value >>= 7) bytes.push(value & 127 | 128);
  bytes.push(value);
  return Buffer.from(bytes);
}

export function block(fields: Record<string, string>): Buffer {
  return Buffer.concat(Object.entries(fields).map(([name, value]) => field(name, value)));
}

export function requestBlock(path = '/', more: Record<string, string> = {}): Buffer {
  return block({ ':method': 'GET', ':scheme': 'http', ':authority': 'localhost', ':path': path, ...more });
}

export function headers(id: number, payload: Uint8Array, flags: number = Flag.EndHeaders | Flag.EndStream): Buffer {
  return frame(Type.Headers, flags, id, payload);
}

export function data(id: number, payload: Uint8Array | string, flags = 0): Buffer {
  return frame(Type.Data, flags, id, Buffer.from(payload as string));
}

export function settings(values: Record<number, number> = {}): Buffer {
  return frame(Type.Settings, 0, 0, Buffer.concat(Object.entries(values).map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(Number(id), 0);
    entry.writeUInt32BE(value, 2);
    return entry;
  })));
}

export const settingsAck = frame(Type.Settings, Flag.Ack, 0);

export function ping(payload: string, flags = 0): Buffer {
  return frame(Type.Ping, flags, 0, Buffer.from(payload.padEnd(8, '.')));
}

export function reset(id: number, code: number): Buffer {
  return frame(Type.RstStream, 0, id, uint32(code));
}

export function windowUpdate(id: number, increment: number): Buffer {
  return frame(Type.WindowUpdate, 0, id, uint32(increment));
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function goawayOf({ payload }: Frame): { lastStreamId: number; code: number; opaque: string } {
  return { lastStreamId: payload.readUInt32BE(0), code: payload.readUInt32BE(4), opaque: payload.toString('latin1', 8) };
}

/** Whether a response's block says `:status: 200`, by its index in HPACK's static table. */
export function is200({ payload }: Frame): boolean {
  return payload.includes(0x88);
}

export class RawPeer {
  private received = Buffer.alloc(0);
  private waiting: (() => void) | undefined;
  private ended = false;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      this.ended = true;
      this.wake();
    });
    onTestFinished(() => { socket.destroy(); });
  }

  /** Connects as a client; sends nothing yet. */
  static async connect(port: number, secure = false): Promise<RawPeer> {
    const socket = secure
      ? connectTls({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
    socket.setNoDelay();
    await once(socket, secure ? 'secureConnect' : 'connect');
    return new RawPeer(socket);
  }

  /** Connects, sends the preface and `values`, and acknowledges the server's SETTINGS. */
  static async client(port: number, values: Record<number, number> = {}, secure = false): Promise<RawPeer> {
    const peer = await RawPeer.connect(port, secure);
    peer.send(preface, settings(values));
    await peer.expect(Type.Settings);
    peer.send(settingsAck);
    return peer;
  }

  /**
   * A port at which a client is met; `peer` resolves with it after its preface and SETTINGS.
   *
   * @param instead what to send in place of our SETTINGS; nothing is waited for then
   */
  static async server(values: Record<number, number> = {}, instead?: Uint8Array): Promise<{ port: number; peer: Promise<RawPeer> }> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => { server.close(); });
    const met = once(server, 'connection').then(async ([socket]) => {
      const peer = new RawPeer(socket as Socket);
      await peer.bytes(preface.length);
      peer.send(instead ?? settings(values));
      if (instead !== undefined) return peer;
      await peer.expect(Type.Settings, ({ flags }) => flags === 0);
      peer.send(settingsAck);
      return peer;
    });
    return { port: (server.address() as AddressInfo).port, peer: met };
  }

  send(...buffers: Uint8Array[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(buffers));
  }

  /** Sends, and waits until the system has taken it: for more than a few hundred kilobytes. */
  async flood(buffer: Uint8Array): Promise<void> {
    if (!this.socket.writable) return;
    await new Promise<void>((resolve) => this.socket.write(buffer, () => resolve()));
  }

  /** Resolves when the connection is closed. */
  async closed(): Promise<void> {
    while (!this.ended) await this.more();
  }

  async bytes(length: number): Promise<Buffer> {
    while (this.received.length < length) {
      if (this.ended) throw new Error(`closed after ${this.received.length} of ${length} octets`);
      await this.more();
    }
    const bytes = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    return bytes;
  }

  /** The next frame, undefined when the connection is closed. */
  async next(): Promise<Frame | undefined> {
    while (this.received.length < 9 || this.received.length < 9 + this.received.readUIntBE(0, 3)) {
      if (this.ended) return undefined;
      await this.more();
    }
    const { received } = this;
    const length = received.readUIntBE(0, 3);
    const payload = Buffer.from(received.subarray(9, 9 + length));
    this.received = received.subarray(9 + length);
    return { type: received[3]!, flags: received[4]!, id: received.readUInt32BE(5) & 0x7fffffff, payload };
  }

  /** The next frame of this type that `matches`; what comes before is skipped, and given to `passed`. */
  async expect(type: number, matches: (frame: Frame) => boolean = () => true, passed?: (frame: Frame) => void): Promise<Frame> {
    for (;;) {
      const next = await this.next();
      if (next === undefined) throw new Error(`the connection closed before a frame of type ${type}`);
      if (next.type === type && matches(next)) return next;
      passed?.(next);
    }
  }

  /** Everything that the other side sent before it has seen what we sent last: a PING there and back. */
  async settle(): Promise<Frame[]> {
    const frames: Frame[] = [];
    this.send(ping('settle'));
    await this.expect(Type.Ping, ({ flags, payload }) => flags === Flag.Ack && payload.toString().startsWith('settle'), (one) => frames.push(one));
    return frames;
  }

  /** GOAWAY and whatever else comes, until the connection is closed. */
  async farewell(): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (let one = await this.next(); one !== undefined; one = await this.next()) frames.push(one);
    return frames;
  }

  private more(): Promise<void> {
    return new Promise((resolve) => { this.waiting = resolve; });
  }

  private wake(): void {
    this.waiting?.();
    this.waiting = undefined;
  }
}
