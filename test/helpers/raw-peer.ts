import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import { cut, Flag, type Frame, ping, preface, settings, settingsAck, Type } from '../../cli/frames.mjs';

// A peer that speaks HTTP/2 by hand: frames are built by hand, and expected one after another. It does nothing
// by itself, not even acknowledge SETTINGS.

export {
  block, Code, data, field, Flag, frame, goawayOf, headers, ping, preface, requestBlock, reset, settings, settingsAck, Type, uint32,
  windowUpdate,
} from '../../cli/frames.mjs';
export type { Frame };

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
    for (;;) {
      const { frames: [first], rest } = cut(this.received, 1);
      if (first !== undefined) {
        this.received = rest;
        return { ...first, payload: Buffer.from(first.payload) };
      }
      if (this.ended) return undefined;
      await this.more();
    }
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
