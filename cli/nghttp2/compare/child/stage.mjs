// What a scenario has in its hands: servers and clients of the engine, and peers that speak HTTP/2 by hand.

import { once } from 'node:events';
import * as net from 'node:net';
import { cut, Flag, ping, preface, settings, settingsAck, Type } from '../../../frames.mjs';

/** How long the engine may take to answer, in milliseconds. Only what hangs waits for it. */
const PATIENCE = 4000;

/** A peer that does nothing by itself but acknowledge SETTINGS. */
class Peer {
  frames = [];
  closed = false;
  #rest = Buffer.alloc(0);
  #waiting = new Set();

  constructor(socket, { skip = 0 } = {}) {
    this.socket = socket;
    let toSkip = skip;
    socket.on('data', (chunk) => {
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      this.#receive(chunk.subarray(skipped));
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  #receive(chunk) {
    const { frames, rest } = cut(Buffer.concat([this.#rest, chunk]));
    this.#rest = rest;
    for (const frame of frames) {
      this.frames.push(frame);
      if (frame.type === Type.Settings && !(frame.flags & Flag.Ack)) this.send(settingsAck);
    }
    this.#wake();
  }

  #wake() {
    for (const look of this.#waiting) look();
  }

  send(...frames) {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames));
  }

  /** Resolves when `condition` holds for what has been received, the connection is closed, or patience is over. */
  until(condition) {
    return new Promise((resolve) => {
      const done = (result) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = () => {
        if (condition(this.frames)) done(true);
        else if (this.closed) done(false);
      };
      const timer = setTimeout(done, PATIENCE, false);
      this.#waiting.add(look);
      look();
    });
  }

  received(type, id) {
    return this.frames.filter((frame) => frame.type === type && (id === undefined || frame.id === id));
  }

  /** Resolves when the engine has dealt with all that was sent, and with what its listeners made of it. */
  async settled(rounds = 2) {
    for (let round = 0; round < rounds; round++) {
      const acks = () => this.received(Type.Ping).filter(({ flags }) => flags & Flag.Ack).length;
      const before = acks();
      this.send(ping());
      await this.until(() => acks() > before);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => { setImmediate(resolve); });
      if (this.closed) return;
    }
  }
}

export class Stage {
  #last = [];

  constructor(http2, recorder) {
    this.http2 = http2;
    this.recorder = recorder;
  }

  note(name, value) {
    this.recorder.note(name, value);
  }

  finally(action) {
    this.#last.unshift(action);
  }

  /** A server of the engine on a port of its own; every request gets 'hello' unless `onStream` says otherwise. */
  async serve({ options = {}, onStream = hello } = {}) {
    const server = this.http2.createServer(options);
    server.on('sessionError', () => {});
    server.on('stream', (stream, fields) => {
      stream.on('error', () => {});
      onStream(stream, fields);
    });
    const sessions = new Set();
    server.on('session', (session) => sessions.add(session));
    this.finally(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return Object.assign(server, { port: server.address().port, sessions });
  }

  /** A raw client of that server, after the handshake; `bare` has said nothing yet. */
  async client(server, { values = [], bare = false } = {}) {
    const socket = this.recorder.ignore(net.connect(server.port, '127.0.0.1'));
    socket.setNoDelay();
    this.finally(() => socket.destroy());
    await once(socket, 'connect');
    const peer = new Peer(socket);
    if (bare) return peer;
    peer.send(preface, settings(...values));
    await peer.until((frames) => frames.some(({ type, flags }) => type === Type.Settings && flags & Flag.Ack));
    return peer;
  }

  /** A client of the engine and the raw server that it is connected to, after the handshake. */
  async meet({ options = {}, values = [] } = {}) {
    const listener = net.createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    this.finally(() => listener.close());
    listener.on('connection', (socket) => this.recorder.ignore(socket));
    const met = once(listener, 'connection');
    const session = this.http2.connect(`http://127.0.0.1:${listener.address().port}`, options);
    session.on('error', () => {});
    this.finally(() => session.destroy());
    const [socket] = await met;
    socket.setNoDelay();
    this.finally(() => socket.destroy());
    const peer = new Peer(socket, { skip: preface.length });
    peer.send(settings(...values));
    await peer.until((frames) => frames.some(({ type, flags }) => type === Type.Settings && flags & Flag.Ack));
    return { session, peer };
  }

  /** A client of the engine, connected to a server of the engine. */
  async pair({ server: serverOptions = {}, client: clientOptions = {}, onStream } = {}) {
    const server = await this.serve({ options: serverOptions, onStream });
    const met = once(server, 'session');
    const session = this.http2.connect(`http://127.0.0.1:${server.port}`, clientOptions);
    session.on('error', () => {});
    this.finally(() => session.destroy());
    const [[accepted]] = await Promise.all([met, once(session, 'remoteSettings'), once(session, 'localSettings')]);
    return { server, session, accepted };
  }

  async end() {
    for (const action of this.#last) await action();
    // What closing brings about belongs to this scenario, and must not be heard in the next.
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

function hello(stream) {
  stream.respond({ ':status': 200 });
  stream.end('hello');
}

/** Resolves when a stream has closed, or patience is over. */
export function closed(stream) {
  stream.on('error', () => {});
  stream.resume();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
