import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { format, inspect } from 'node:util';
import type { NativeSession } from '../binding/contract.js';
import {
  bytesOf, cancelPing, inContext, type PingCallback, pingPayload, type SettingsCallback,
} from '../connection/acknowledgements.js';
import { setIdleTimeout } from '../connection/idle-timer.js';
import { limitDetails, OwnLimit, refuseFor } from '../connection/limits.js';
import { submitSettings } from '../connection/sent-settings.js';
import type { SessionOptions } from '../connection/session-options.js';
import { constants } from '../constants.js';
import { afterCall, atEndOfTurn } from '../deferrals.js';
import {
  ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_NO_MEM, ERR_HTTP2_PING_CANCEL, ERR_HTTP2_PING_LENGTH, ERR_HTTP2_SESSION_ERROR, ERR_OUT_OF_RANGE,
} from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { sessionStats } from '../observe/stats.js';
import type { SessionStats } from '../observe/types.js';
import { type Settings, validateSettings } from '../settings/values.js';
import type { Http2Stream } from '../stream/stream.js';
import { assertIsObject, validateBuffer, validateFunction, validateInt32, validateNumber } from '../validate.js';
import { bind } from './bound-sockets.js';
import { attach, closeSession, hurry } from './closing.js';
import { SessionBase } from './session-base.js';
import { proxySocket } from './session-socket.js';
import { Life, lifeAfter, LifeInput } from './session-state.js';
import { type ConnectingSocket, whenConnected } from './set-up.js';

const NO_ERROR = constants.NGHTTP2_NO_ERROR;
const UINT32 = 2 ** 32 - 1;

/** One end of an HTTP/2 connection. Made by servers and by `connect`, not by users. */
export class Http2Session extends SessionBase {
  /** @internal */
  constructor(type: number, options: SessionOptions, socket: Duplex) {
    super(type, options, socket);
    bind(socket, this);
    attach(socket);
    whenConnected(this, socket, options);
  }

  /** The socket, through a proxy that forbids what would disturb the frames. */
  get socket(): Duplex {
    if (this._proxy === null) this._proxy = proxySocket(this);
    return this._proxy!;
  }

  /**
   * Sends SETTINGS (RFC 9113, section 6.5).
   *
   * @param callback called when they are acknowledged, with the settings now in force and the milliseconds it took
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_INVALID_SETTING_VALUE, ERR_INVALID_ARG_TYPE
   */
  settings(settings: Settings, callback?: SettingsCallback): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    assertIsObject(settings, 'settings');
    validateSettings(settings);
    if (callback) validateFunction(callback, 'callback');
    this._settings.pending++;
    const copy = { ...settings };
    const context = new AsyncResource('HTTP2SETTINGS', { requireManualDestroy: true });
    if (this.connecting) this.once('connect', () => submitSettings(this, copy, { context, callback }));
    else submitSettings(this, copy, { context, callback });
  }

  /**
   * Sends a PING (RFC 9113, section 6.7).
   *
   * @param payload 8 bytes, else the time
   * @param callback called with the milliseconds until the answer, or with ERR_HTTP2_PING_CANCEL
   * @returns false if `maxOutstandingPings` are waiting already
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_PING_LENGTH, ERR_INVALID_ARG_TYPE
   */
  ping(callback: PingCallback): boolean | undefined;
  ping(payload: NodeJS.ArrayBufferView | undefined, callback: PingCallback): boolean | undefined;
  ping(payload: unknown, callback?: PingCallback): boolean | undefined {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    if (typeof payload === 'function') {
      callback = payload as PingCallback;
      payload = undefined;
    }
    if (payload) {
      validateBuffer(payload, 'payload');
      if (payload.byteLength !== 8) throw new ERR_HTTP2_PING_LENGTH();
    }
    validateFunction(callback, 'callback');
    if (this.connecting || this.closed) {
      afterCall(cancelPing, callback as PingCallback);
      return undefined;
    }
    const inItsContext = inContext('HTTP2PING', callback as PingCallback);
    if (this._pings.full) {
      const { size, limit } = this._pings;
      cancelPing(inItsContext, refuseFor(this, new ERR_HTTP2_PING_CANCEL(),
                                         limitDetails(OwnLimit.OutstandingPings, size + 1, limit, 'call')));
      return false;
    }
    this._pings.sent(inItsContext);
    this._native!.ping(pingPayload(payload as NodeJS.ArrayBufferView | undefined));
    this._transport!.schedule();
    return true;
  }

  /**
   * Sends GOAWAY (RFC 9113, section 6.8) and goes on.
   *
   * @param lastStreamID 0 for the last stream that was processed
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_INVALID_ARG_TYPE
   */
  goaway(code: number = NO_ERROR, lastStreamID = 0, opaqueData?: NodeJS.ArrayBufferView): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    if (opaqueData !== undefined) validateBuffer(opaqueData, 'opaqueData');
    validateNumber(code, 'code');
    validateNumber(lastStreamID, 'lastStreamID');
    const submit = (): void => {
      if (this.destroyed) return;
      this._touch();
      this._native!.goaway(code, lastStreamID, opaqueData && bytesOf(opaqueData));
      this._transport!.schedule();
    };
    if (this.connecting) this.once('connect', submit);
    else submit();
  }

  /**
   * Sets the id of the next stream that this side opens, 1 to 2^31-1 and larger than those before.
   *
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  setNextStreamID(id: number): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    validateNumber(id, 'id');
    if (id <= 0 || id > UINT32) throw new ERR_OUT_OF_RANGE('id', `> 0 and <= ${UINT32}`, id);
    this.whenReady((native) => native.setNextStreamId(id));
  }

  /**
   * Sets the connection's window for receiving, in bytes, 0 to 2^31-1. Streams keep theirs
   * (`settings.initialWindowSize`).
   *
   * @throws ERR_HTTP2_INVALID_SESSION, ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  setLocalWindowSize(windowSize: number): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_SESSION();
    validateInt32(windowSize, 'windowSize', 0);
    this.whenReady((native) => {
      const result = native.setLocalWindowSize(windowSize);
      if (result === constants.NGHTTP2_ERR_NOMEM) this.destroy(new ERR_HTTP2_NO_MEM());
      this._transport?.schedule();
    });
  }

  /** @internal Now, or as soon as the connection stands; not at all if it never does. */
  protected whenReady(command: (native: NativeSession) => void): void {
    if (this._native !== undefined) command(this._native);
    else if (!this.destroyed) this.once('connect', () => { if (this._native !== undefined) command(this._native); });
  }

  setTimeout(msecs: number, callback?: () => void): this {
    return setIdleTimeout(this, msecs, callback);
  }

  /**
   * What the session has counted so far, and how near its limits are; its last numbers once it is destroyed. A few
   * microseconds: cheap enough to ask thousands of sessions each second.
   */
  stats(): SessionStats {
    return sessionStats(this);
  }

  /** Lets the streams end, takes no new ones, then closes the connection. */
  close(callback?: () => void): void {
    if (this.closed || this.destroyed) return;
    this._drain();
    if (typeof callback === 'function') this.once('close', callback);
    this.goaway();
    if (this._native === undefined) {
      this._maybeDestroy();
      return;
    }
    // The GOAWAY leaves first: until then an idle session is closed and not destroyed.
    atEndOfTurn(maybeDestroy, this);
  }

  /**
   * Ends everything now: the streams, the socket.
   *
   * @param error an Error, or a code instead of `code`
   * @param code of the GOAWAY that is still sent; INTERNAL_ERROR with an error, else NO_ERROR
   */
  destroy(error?: Error | number | null, code?: number): void {
    if (this.destroyed) {
      hurry(this);
      return;
    }
    let cause: Error | null | undefined;
    if (typeof error === 'number' || error === undefined) {
      code = error ?? NO_ERROR;
      cause = code !== NO_ERROR ? new ERR_HTTP2_SESSION_ERROR(code) : undefined;
    } else {
      cause = error;
    }
    if (code === undefined && cause != null) code = constants.NGHTTP2_INTERNAL_ERROR;
    closeSession(this, code ?? NO_ERROR, cause ?? undefined);
  }

  ref(): void {
    (this._socket as Partial<ConnectingSocket> | undefined)?.ref?.();
  }

  unref(): void {
    (this._socket as Partial<ConnectingSocket> | undefined)?.unref?.();
  }

  override [EventEmitter.captureRejectionSymbol](error: Error, event: string | symbol, ...args: unknown[]): void {
    if (event === 'stream') (args[0] as Http2Stream).destroy(error);
    else this.destroy(error);
  }

  [inspect.custom](depth: number): unknown {
    if (typeof depth === 'number' && depth < 0) return this;
    return `Http2Session ${format({
      type: this.type,
      closed: this.closed,
      destroyed: this.destroyed,
      state: this.state,
      localSettings: this.localSettings,
      remoteSettings: this.remoteSettings,
    })}`;
  }

  /** @internal A header block that opens a stream. */
  _openIncoming(
    _id: number, _headers: IncomingHeaders, _flags: number, _raw: string[], _endOfStream: boolean,
  ): void {}

  /** @internal The session has let go of its socket. */
  _onLetGo(): void {}

  /** @internal The last stream of a session that is closing takes it along. */
  _maybeDestroy(): void {
    if (!this._closed || this._streams.size > 0 || this._pendingStreams.size > 0) return;
    if (this.destroyed) this._end?.readersAreDone();
    // A request may be among it, to be refused.
    else if (this._transport?.holdsReceived) this._life = lifeAfter(this._life, LifeInput.ReceivedWaits);
    else closeSession(this, NO_ERROR, undefined, { graceful: true });
  }

  /** @internal All that was received is told. */
  _onIdle(): void {
    if (this._end?.receivedIsPassedOn() === true) return;
    if (this._life === Life.DrainingReceived) this._maybeDestroy();
  }
}

function maybeDestroy(session: Http2Session): void {
  session._maybeDestroy();
}
