import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { adoptClasses } from '../builtin.js';
import type { ConnectionStream } from '../connection/interfaces.js';
import type { LimitDetails } from '../connection/limits.js';
import type { SessionOptions } from '../connection/session-options.js';
import { constants } from '../constants.js';
import {
  ERR_HTTP2_ALTSVC_INVALID_ORIGIN, ERR_HTTP2_ALTSVC_LENGTH, ERR_HTTP2_INVALID_ORIGIN, ERR_HTTP2_INVALID_SESSION,
  ERR_HTTP2_ORIGIN_LENGTH, ERR_INVALID_ARG_TYPE, ERR_INVALID_CHAR, ERR_OUT_OF_RANGE,
} from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { serverChannels } from '../observe/channels.js';
import { publishCreated } from '../observe/session-events.js';
import { ServerHttp2Stream } from '../stream/server-stream.js';
import { Receiving } from '../stream/stream-state.js';
import { validateString } from '../validate.js';
import { originOf } from './origin-set.js';
import { Http2Session } from './session.js';

/** What a session needs of the server that accepted its connection. */
export interface SessionServer {
  /** @internal */ readonly _sessions: Set<ServerHttp2Session>;
}

/** Bytes of an ALTSVC or ORIGIN frame's content: one frame of the smallest maximum size, less its length field. */
const MAX_CONTENT = 2 ** 14 - 2;
/** quoted-string without its quotes (RFC 9110, section 5.6.4). */
const QUOTABLE = /^[\t\x20-\x5b\x5d-\x7e\x80-\xff]*$/;

/** The server's end of a connection. */
export class ServerHttp2Session extends Http2Session {
  private readonly owner: SessionServer | undefined;

  /** @internal */
  constructor(options: SessionOptions, socket: Duplex, server: SessionServer | undefined) {
    super(constants.NGHTTP2_SESSION_SERVER, options, socket);
    this.owner = server;
    server?._sessions.add(this);
    adoptClasses();
    publishCreated(this);
  }

  get server(): SessionServer | undefined {
    return this.owner;
  }

  /**
   * Tells where else an origin is served (RFC 7838).
   *
   * @param originOrStream an origin, a URL, or the id of a stream whose origin is meant
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_ALTSVC_INVALID_ORIGIN, ERR_HTTP2_ALTSVC_LENGTH, ERR_INVALID_CHAR,
   *   ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  altsvc(alt: string, originOrStream?: number | string | URL | { origin: string }): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    let stream = 0;
    let origin: string | undefined;
    if (typeof originOrStream === 'string') {
      origin = originOf(originOrStream);
      if (origin === 'null') throw new ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
    } else if (typeof originOrStream === 'number') {
      if (originOrStream >>> 0 !== originOrStream || originOrStream === 0)
        throw new ERR_OUT_OF_RANGE('originOrStream', `> 0 && < ${2 ** 32}`, originOrStream);
      stream = originOrStream;
    } else if (originOrStream !== undefined) {
      origin = (originOrStream as { origin?: string } | null)?.origin;
      if (typeof origin !== 'string')
        throw new ERR_INVALID_ARG_TYPE('originOrStream', ['string', 'number', 'URL', 'object'], originOrStream);
      if (origin === 'null' || origin.length === 0) throw new ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
    }
    validateString(alt, 'alt');
    if (!QUOTABLE.test(alt)) throw new ERR_INVALID_CHAR('alt');
    if (alt.length + (origin?.length ?? 0) > MAX_CONTENT) throw new ERR_HTTP2_ALTSVC_LENGTH();
    this.whenReady((native) => {
      native.altsvc(stream, origin ?? '', alt);
      this._transport!.schedule();
    });
  }

  /**
   * Announces origins that this connection serves (RFC 8336).
   *
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_INVALID_ORIGIN, ERR_HTTP2_ORIGIN_LENGTH, ERR_INVALID_ARG_TYPE
   */
  origin(...origins: Array<string | URL | { origin: string }>): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    if (origins.length === 0) return;
    let text = '';
    let length = 0;
    for (const given of origins) {
      let origin: unknown = given;
      if (typeof given === 'string') origin = originOf(given);
      else if (given != null && typeof given === 'object') origin = given.origin;
      validateString(origin, 'origin');
      if (origin === 'null') throw new ERR_HTTP2_INVALID_ORIGIN();
      text += `${origin}\0`;
      length += origin.length;
    }
    if (length > MAX_CONTENT) throw new ERR_HTTP2_ORIGIN_LENGTH();
    this.whenReady((native) => {
      native.origin(text, origins.length);
      this._transport!.schedule();
    });
  }

  /** @internal */
  override _openIncoming(
    id: number, headers: IncomingHeaders, flags: number, raw: string[], endOfStream: boolean,
  ): void {
    const stream = new ServerHttp2Stream(this, id, headers);
    stream._context!.runInAsyncScope(announce, undefined, this, stream, headers, flags, raw, endOfStream);
  }

  /** @internal The server's listeners hear of it too. */
  override _emitLimit(limit: LimitDetails, stream: ConnectionStream | undefined): void {
    try {
      super._emitLimit(limit, stream);
    } finally {
      (this.owner as EventEmitter | undefined)?.emit('limit', limit, this, stream);
    }
  }

  /** @internal */
  override _onLetGo(): void {
    this.owner?._sessions.delete(this);
  }
}

/**
 * Where contexts are frames (Node 24), what a handler enters with `enterWith` ends with its call: a resource that is made
 * in it takes it along. Elsewhere the resource itself holds it.
 */
const CAPTURES = Number.parseInt(process.versions.node, 10) >= 24 ||
  /async-context-frame/.test(`${process.execArgv} ${process.env.NODE_OPTIONS}`);

/** In the stream's own context: what its listeners put there stays theirs. */
function announce(
  session: ServerHttp2Session, stream: ServerHttp2Stream, headers: IncomingHeaders, flags: number, raw: string[],
  endOfStream: boolean,
): void {
  if (serverChannels.created.hasSubscribers) serverChannels.created.publish({ stream, headers });
  if (serverChannels.start.hasSubscribers) serverChannels.start.publish({ stream, headers });
  if (endOfStream) {
    stream._endAfterHeaders = true;
    stream._receiving = Receiving.Ended;
    stream.push(null);
  }
  if (headers[':method'] === 'HEAD') {
    // Its answer has no body.
    stream.end();
    stream._headRequest = true;
  }
  try {
    session.emit('stream', stream, headers, flags, raw);
  } finally {
    if (CAPTURES) stream._context = new AsyncResource('HTTP2STREAM');
  }
}
