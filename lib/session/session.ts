import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { format, inspect } from 'node:util';
import type { NativeSession } from '../binding/contract.js';
import {
  Acknowledged, bytesOf, cancelPing, inContext, type PingCallback, pingPayload, type SettingsCallback,
} from '../connection/acknowledgements.js';
import type { BusyPoll } from '../connection/busy-poll.js';
import type { Deadlines } from '../connection/deadlines.js';
import { setIdleTimeout } from '../connection/idle-timer.js';
import type { ConnectionStream } from '../connection/interfaces.js';
import { type LimitDetails, limitDetails, OwnLimit, refuseFor } from '../connection/limits.js';
import { submitSettings } from '../connection/sent-settings.js';
import type { SessionOptions } from '../connection/session-options.js';
import { SettingsExchange } from '../connection/settings-exchange.js';
import { StreamTable } from '../connection/stream-table.js';
import type { Transport } from '../connection/transport.js';
import { constants } from '../constants.js';
import { afterCall, atEndOfTurn } from '../deferrals.js';
import {
  ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_NO_MEM,
  ERR_HTTP2_PING_CANCEL, ERR_HTTP2_PING_LENGTH, ERR_HTTP2_SESSION_ERROR, ERR_OUT_OF_RANGE,
} from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { sessionStats } from '../observe/stats.js';
import type { SessionStats } from '../observe/types.js';
import { type Settings, validateSettings } from '../settings/values.js';
import type { PieceSink } from '../socket/gather.js';
import type { Http2Stream } from '../stream/stream.js';
import { assertIsObject, validateBuffer, validateFunction, validateInt32, validateNumber } from '../validate.js';
import { bind } from './bound-sockets.js';
import { attach, closeSession, hurry, type SessionEnd } from './closing.js';
import { readState, type SessionState } from './flow-control-state.js';
import { initialOriginSet } from './origin-set.js';
import { proxySocket } from './session-socket.js';
import { EndedBy, Life, lifeAfter, LifeInput } from './session-state.js';
import { type ConnectingSocket, whenConnected } from './set-up.js';

const NO_ERROR = constants.NGHTTP2_NO_ERROR;
const UINT32 = 2 ** 32 - 1;
const DEFAULT_MAX_OUTSTANDING = 10;

/** What all sessions have that had no stream yet: most of those that are idle. */
const noStreams = new StreamTable<Http2Stream>();

/** One end of an HTTP/2 connection. Made by servers and by `connect`, not by users. */
export class Http2Session extends EventEmitter {
  declare timeout?: number;

  /** @internal */ _native: NativeSession | undefined;
  /** @internal */ _transport: Transport | undefined;
  /** @internal Clients only. */ _busyPoll: BusyPoll | undefined;
  /** @internal */ _socket: Duplex | undefined;
  /** @internal Streams by their id. */ _streams = noStreams;
  /** @internal Streams without an id yet, by their serial number. */ _pendingStreams = noStreams;
  /** @internal How many streams it has had. */ _streamsMade = 0;
  /** @internal The id of the last stream of the peer's that was announced or refused here. */ _lastIncoming = 0;
  /** @internal Header values that the peer has sent before, by number. */
  _headerValues: string[] = [];
  /** @internal */ _type: number;
  /** @internal */ _life = Life.Connecting;
  /** @internal Whether the connection was established; `connecting` says so of a destroyed session too. */ private established = false;
  /** @internal Whether it drains or has drained; `closed` says so of a destroyed session too. */ _closed = false;
  /** @internal */ _destroyCode: number = NO_ERROR;
  /** @internal */ _endedBy = EndedBy.Program;
  /** @internal The beginning of what came first, if it was no HTTP/2. Clients only. */ _met: Buffer | undefined;
  /** @internal What its end waits for. Made by closing.ts. */ _end: SessionEnd | undefined;
  /** @internal */ _goawayCode: number | null = null;
  /** @internal */ _goawayLastStreamID: number | null = null;
  /** @internal */ readonly _options: SessionOptions;
  /** @internal */ _strictSingleValueFields: boolean;
  /** @internal */ _timer: NodeJS.Timeout | null = null;
  /** @internal */ _progress = 0;
  /** @internal */ _progressSeen = 0;
  /** @internal */ _pings: Acknowledged<PingCallback>;
  /** @internal */ readonly _settings: SettingsExchange;
  /** @internal */ _originSet: Set<string> | undefined;
  /** @internal */ _maxOriginSetSize = 128;
  /** @internal Milliseconds until the last PING was answered. */ _pingRTT: number | undefined;
  /** @internal The limit that ends this session. */ _limit: LimitDetails | undefined;
  /** @internal What has to arrive or leave in time. */ _deadlines: Deadlines | undefined;
  /** @internal Limits for which streams were refused, by their id. */ _refused: Map<number, LimitDetails> | undefined;
  /** @internal See Stat; of a destroyed session. */ _finalStats: Float64Array | undefined;

  /** @internal */ _encrypted: boolean | undefined;
  /** @internal */ _alpnProtocol: string | undefined;
  /** @internal null until asked for, undefined once the session has let go of its socket. */
  _proxy: Duplex | null | undefined = null;

  /** @internal */
  constructor(type: number, options: SessionOptions, socket: Duplex) {
    super();
    bind(socket, this);
    this._type = type;
    this._options = options;
    this._socket = socket;
    this._strictSingleValueFields = options.strictSingleValueFields ?? true;
    this._pings = new Acknowledged(limitOf(options.maxOutstandingPings, 0));
    this._settings = new SettingsExchange(limitOf(options.maxOutstandingSettings, 1));
    attach(socket);
    whenConnected(this, socket, options);
  }

  /** True over TLS, false over anything else, undefined until connected. */
  get encrypted(): boolean | undefined {
    return this._encrypted;
  }

  /** 'h2c' without TLS, else what was negotiated; undefined until connected. */
  get alpnProtocol(): string | undefined {
    return this._alpnProtocol;
  }

  /** Origins that this connection is authoritative for (RFC 8336); undefined without TLS. */
  get originSet(): string[] | undefined {
    if (!this.encrypted || this.destroyed) return undefined;
    return [...this._origins()];
  }

  /** @internal */
  _origins(): Set<string> {
    return this._originSet ??= initialOriginSet(this._socket);
  }

  get connecting(): boolean {
    return !this.established;
  }

  /** Whether `close` was called, or the connection is going away. */
  get closed(): boolean {
    return this._closed;
  }

  get destroyed(): boolean {
    return this._life >= Life.DestroyingStreams;
  }

  /** @internal */
  get _endedByPeer(): boolean {
    return this._endedBy !== EndedBy.Program;
  }

  /** @internal */
  _endsByPeer(): void {
    if (this._endedBy === EndedBy.Program) this._endedBy = EndedBy.Peer;
  }

  /** @internal The connection is established. */
  _establish(): void {
    this.established = true;
    this._life = lifeAfter(this._life, LifeInput.Established);
  }

  /** @internal No new streams from now on. */
  _drain(): void {
    this._closed = true;
    if (!this.destroyed) this._life = lifeAfter(this._life, LifeInput.Close);
  }

  /** `constants.NGHTTP2_SESSION_SERVER` or `NGHTTP2_SESSION_CLIENT`. */
  get type(): number {
    return this._type;
  }

  /** The code of a GOAWAY received, else 0. */
  get goawayCode(): number {
    return this._goawayCode ?? NO_ERROR;
  }

  get goawayLastStreamID(): number {
    return this._goawayLastStreamID ?? 0;
  }

  /** Whether SETTINGS that were sent are not acknowledged yet. */
  get pendingSettingsAck(): boolean {
    return this._settings.pending > 0;
  }

  /** The socket, through a proxy that forbids what would disturb the frames. */
  get socket(): Duplex {
    if (this._proxy === null) this._proxy = proxySocket(this);
    return this._proxy!;
  }

  get state(): SessionState {
    return this.connecting || this.destroyed ? {} : readState(this._native!);
  }

  /** Settings of this side, as far as the peer has acknowledged them. */
  get localSettings(): Settings {
    return this._settings.localSettings(this.connecting || this.destroyed ? undefined : this._native);
  }

  /** Settings of the peer. */
  get remoteSettings(): Settings {
    return this._settings.remoteSettings(this.connecting || this.destroyed ? undefined : this._native);
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
   * @param payload 8 octets, else the time
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
   * Sets the connection's window for receiving, in octets, 0 to 2^31-1. Streams keep theirs
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

  /** @internal A limit was met: 'limit' tells it. */
  _emitLimit(limit: LimitDetails, stream: ConnectionStream | undefined): void {
    this.emit('limit', limit, stream);
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

  /** @internal */
  _touch(): void {
    if (this._timer !== null) this._timer.refresh();
  }

  /** @internal */
  _isWriting(): boolean {
    for (const stream of this._streams.values()) if (stream._isWriting()) return true;
    return (this._socket?.writableLength ?? 0) > 0;
  }

  /** @internal */
  _addStream(id: number, stream: Http2Stream): void {
    if (this._streams === noStreams) this._streams = new StreamTable();
    this._streams.add(id, stream);
  }

  /** @internal */
  _addPending(stream: Http2Stream): void {
    if (this._pendingStreams === noStreams) this._pendingStreams = new StreamTable();
    this._pendingStreams.add(stream._serial, stream);
  }

  /** @internal Gives away `length` octets of what a stream keeps. */
  _takeExternal(sink: PieceSink, id: number, length: number): void {
    const stream = this._streams.get(id);
    if (stream !== undefined) stream._takeExternal(sink, length);
    else sink.add(Buffer.alloc(length), 0, length);
  }
}

function maybeDestroy(session: Http2Session): void {
  session._maybeDestroy();
}

function limitOf(given: unknown, least: number): number {
  return typeof given === 'number' ? Math.max(least, given) : DEFAULT_MAX_OUTSTANDING;
}
