import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';
import { Acknowledged, type PingCallback } from '../connection/acknowledgements.js';
import type { BusyPoll } from '../connection/busy-poll.js';
import type { Deadlines } from '../connection/deadlines.js';
import type { ConnectionStream } from '../connection/interfaces.js';
import { type LimitDetails } from '../connection/limits.js';
import type { SessionOptions } from '../connection/session-options.js';
import { SettingsExchange } from '../connection/settings-exchange.js';
import { StreamTable } from '../connection/stream-table.js';
import type { Transport } from '../connection/transport.js';
import { constants } from '../constants.js';
import { type Settings } from '../settings/values.js';
import type { PieceSink } from '../socket/gather.js';
import type { Http2Stream } from '../stream/stream.js';
import { type SessionEnd } from './closing.js';
import { readState, type SessionState } from './flow-control-state.js';
import { initialOriginSet } from './origin-set.js';
import { EndedBy, Life, lifeAfter, LifeInput } from './session-state.js';

const NO_ERROR = constants.NGHTTP2_NO_ERROR;
const DEFAULT_MAX_OUTSTANDING = 10;

/** What all sessions have that had no stream yet: most of those that are idle. */
const noStreams = new StreamTable<Http2Stream>();

/**
 * What a session knows of itself, and shows. More than 15 fields since they are looked at for every request and every stream, and an
 * object in between costs as much as a field. Each has one writer, which docs/architecture.md names.
 */
export abstract class SessionBase extends EventEmitter {
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
    this._type = type;
    this._options = options;
    this._socket = socket;
    this._strictSingleValueFields = options.strictSingleValueFields ?? true;
    this._pings = new Acknowledged(limitOf(options.maxOutstandingPings, 0));
    this._settings = new SettingsExchange(limitOf(options.maxOutstandingSettings, 1));
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

  /** @internal A limit was met: 'limit' tells it. */
  _emitLimit(limit: LimitDetails, stream: ConnectionStream | undefined): void {
    this.emit('limit', limit, stream);
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

  /** @internal Gives away `length` bytes of what a stream keeps. */
  _takeExternal(sink: PieceSink, id: number, length: number): void {
    const stream = this._streams.get(id);
    if (stream !== undefined) stream._takeExternal(sink, length);
    else sink.add(Buffer.alloc(length), 0, length);
  }
}

function limitOf(given: unknown, least: number): number {
  return typeof given === 'number' ? Math.max(least, given) : DEFAULT_MAX_OUTSTANDING;
}
