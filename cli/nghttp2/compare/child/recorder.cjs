'use strict';

// Sees what a program does with http2, without the program's help: the events of sessions, streams, servers, requests and
// responses, and the bytes of every connection that speaks HTTP/2. Loaded before the program.

const { EventEmitter } = require('node:events');
const { Duplex } = require('node:stream');

/** Bytes kept of one connection and direction; what comes later is only counted. */
const MOST_ByteS = 4 << 20;
/** Events kept of one object. */
const MOST_EVENTS = 2000;

const PREFACE = Buffer.from('PRI * HTTP/2.0');

/** Events that come and go with timing, or that streams tell themselves. */
const UNTOLD = new Set([
  'newListener', 'removeListener', 'readable', 'resume', 'pause', 'drain', 'prefinish', 'pipe', 'unpipe', 'lookup',
  'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout', 'keylog', 'connection', 'secureConnection',
  'listening',
]);

class Recorder {
  #classes;
  #ignored = new WeakSet();
  #connections = [];
  #byStream = new WeakMap();
  #objects = [];
  #labels = new WeakMap();
  #notes = [];
  #quiet = false;

  /** @param classes {Session, Stream, Request, Response, servers} of the library */
  constructor(classes) {
    this.#classes = classes;
    this.#watchEvents();
    this.#watchOctets();
  }

  /** Forgets everything, for the next scenario. */
  reset({ quiet = false } = {}) {
    this.#connections = [];
    this.#objects = [];
    this.#notes = [];
    this.#byStream = new WeakMap();
    this.#labels = new WeakMap();
    this.#quiet = quiet;
  }

  /** The other end of a connection, which is not the engine's. */
  ignore(socket) {
    this.#ignored.add(socket);
    return socket;
  }

  note(name, value) {
    this.#notes.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  }

  /** What was seen, as plain data. */
  result() {
    return {
      connections: this.#connections.map(({ role, chunks, lost }) => ({
        role, lost, chunks: chunks.map(([direction, bytes]) => [direction, bytes.toString('base64')]),
      })),
      objects: this.#objects.map(({ ref, kind, events, lost }) => ({ kind, id: this.#idOf(ref), owner: this.#ownerOf(ref), events, lost })),
      notes: this.#notes,
    };
  }

  #kindOf(object) {
    const { Session, Stream, Request, Response, servers } = this.#classes;
    if (object instanceof Stream) return 'stream';
    if (object instanceof Session) return 'session';
    if (object instanceof Request) return 'request';
    if (object instanceof Response) return 'response';
    return servers.some((one) => object instanceof one) ? 'server' : undefined;
  }

  #idOf(object) {
    const { Stream, Request, Response } = this.#classes;
    if (object instanceof Stream) return object.id;
    if (object instanceof Request || object instanceof Response) return object.stream?.id;
    return undefined;
  }

  /** Which session an object belongs to: its type, and its place among those of the type. */
  #ownerOf(object) {
    const { Session } = this.#classes;
    const session = object instanceof Session ? object : object.session ?? object.stream?.session ?? this.#labels.get(object)?.session;
    if (session === undefined || session === null) return undefined;
    const sessions = this.#objects.map(({ ref }) => ref).filter((ref) => ref instanceof Session && ref.type === session.type);
    return { role: session.type === 0 ? 'server' : 'client', number: sessions.indexOf(session) + 1 };
  }

  #watchEvents() {
    const recorder = this;
    const { emit } = EventEmitter.prototype;
    EventEmitter.prototype.emit = function (name, ...values) {
      if (!recorder.#quiet && typeof name === 'string' && !UNTOLD.has(name)) recorder.#heard(this, name, values);
      return Reflect.apply(emit, this, [name, ...values]);
    };
  }

  #heard(object, name, values) {
    const kind = this.#kindOf(object);
    if (kind === undefined) return;
    let record = this.#labels.get(object);
    if (record === undefined) {
      record = { ref: object, kind, events: [], lost: 0, session: undefined };
      this.#labels.set(object, record);
      this.#objects.push(record);
    }
    // A stream forgets its session when it closes.
    record.session ??= object.session ?? undefined;
    if (name === 'data') {
      const last = record.events.at(-1);
      if (last?.[0] === 'data') last[1] = String(Number(last[1]) + (values[0]?.length ?? 0));
      else record.events.push(['data', String(values[0]?.length ?? 0)]);
    } else if (record.events.length >= MOST_EVENTS) {
      record.lost++;
    } else {
      record.events.push([name, values.map((value) => describe(value)).join(', ')]);
    }
  }

  #watchOctets() {
    const recorder = this;
    const { write, end, push } = Duplex.prototype;
    Duplex.prototype.write = function (chunk, ...rest) {
      recorder.#saw(this, 'sent', typeof chunk === 'string' ? encoded(chunk, rest[0]) : chunk);
      return Reflect.apply(write, this, [chunk, ...rest]);
    };
    Duplex.prototype.end = function (chunk, ...rest) {
      recorder.#saw(this, 'sent', typeof chunk === 'string' ? encoded(chunk, rest[0]) : chunk);
      return Reflect.apply(end, this, arguments);
    };
    Duplex.prototype.push = function (chunk, ...rest) {
      recorder.#saw(this, 'received', chunk);
      return Reflect.apply(push, this, [chunk, ...rest]);
    };
  }

  /** The first bytes tell whether a connection speaks HTTP/2, and which end this is. */
  #saw(stream, direction, chunk) {
    if (this.#quiet || !Buffer.isBuffer(chunk) || chunk.length === 0 || this.#ignored.has(stream)) return;
    let connection = this.#byStream.get(stream);
    if (connection === undefined) {
      const head = chunk.subarray(0, PREFACE.length);
      const speaks = head.equals(PREFACE.subarray(0, head.length));
      // A server may send its SETTINGS before it has heard the client's preface.
      const settingsFirst = direction === 'sent' && chunk.length >= 9 && chunk[3] === 4 && chunk.readUInt32BE(5) === 0;
      if (speaks) connection = { role: direction === 'sent' ? 'client' : 'server', chunks: [], lost: 0, bytes: 0 };
      else if (settingsFirst) connection = { role: 'server', chunks: [], lost: 0, bytes: 0 };
      else connection = false;
      this.#byStream.set(stream, connection);
      if (connection) this.#connections.push(connection);
    }
    if (!connection) return;
    if (connection.bytes > MOST_ByteS) {
      connection.lost += chunk.length;
      return;
    }
    connection.bytes += chunk.length;
    connection.chunks.push([direction, Buffer.from(chunk)]);
  }
}

const encoded = (text, encoding) => Buffer.from(text, typeof encoding === 'string' ? encoding : 'utf8');

const LONGEST = 300;

/** A value in a line, without what differs from run to run. */
function describe(value, depth = 0) {
  if (value instanceof Error) {
    const code = value.code === undefined ? '' : ` [${value.code}]`;
    return `${value.name}${code}: ${withoutPorts(value.message)}`;
  }
  if (typeof value === 'string') return JSON.stringify(withoutPorts(value));
  if (typeof value === 'function') return '[Function]';
  if (value === null || typeof value !== 'object') return String(value);
  if (ArrayBuffer.isView(value)) return describeOctets(value);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => value[index - 1] === 'date' ? '(date)' : describe(item, depth + 1));
    return short(`[${items.join(', ')}]`);
  }
  const prototype = Object.getPrototypeOf(value);
  if ((prototype !== null && prototype !== Object.prototype) || depth > 2) return `[${value.constructor?.name ?? 'Object'}]`;
  const entries = Object.entries(value).map(([name, item]) => `${name}: ${name === 'date' ? '(date)' : describe(item, depth + 1)}`);
  return short(`{ ${entries.join(', ')} }`);
}

/** Text is shown; what is not text may be made up by chance, as the payload of a ping is. */
function describeOctets(value) {
  const text = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, 65)).toString('latin1');
  return text.length <= 64 && /^[\x20-\x7e]*$/.test(text) ? `<${text}>` : `<${value.byteLength} bytes>`;
}

const short = (text) => text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
const withoutPorts = (text) => text.replace(/(?<=localhost:|127\.0\.0\.1:|\[?::1\]?:)\d+/g, 'PORT');

/** The recorder of a build of the library. */
function recorderOf(dist) {
  const http2 = require(require('node:path').join(dist, 'index.js'));
  const { Http2ServerRequest: Request, Http2ServerResponse: Response } = http2;
  const { Http2Session: Session, Http2Stream: Stream } = http2[Symbol.for('duetto.classes')];
  const serverOf = (server) => Object.getPrototypeOf(server).constructor;
  return new Recorder({
    Session,
    Stream,
    Request,
    Response,
    servers: [serverOf(http2.createServer()), serverOf(http2.createSecureServer())],
  });
}

module.exports = { recorderOf, describe };
