import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';
import type { IncomingHeaders } from '../headers/decode.js';
import type { ObservedSession } from '../observe/observed-session.js';
import type { LimitDetails } from '../observe/types.js';
import type { Settings } from '../settings/values.js';
import type { PieceSink } from '../socket/gather.js';
import type { Acknowledged, PingCallback } from './acknowledgements.js';
import type { BusyPoll } from './busy-poll.js';
import type { Deadlines } from './deadlines.js';
import type { SettingsExchange } from './settings-exchange.js';
import type { StreamTable } from './stream-table.js';
import type { Transport } from './transport.js';

// What a connection knows of those above it: sessions and streams as users have them implement these.

/** A stream, as its connection sees it: it is notified of what was recorded for it, and asked for what it sends. */
export interface ConnectionStream extends EventEmitter {
  readonly id: number | undefined;
  readonly destroyed: boolean;
  readonly _serial: number;
  /** See Dispatch. */
  _toldIn: number;
  /** See Transport.gather. */
  _gathering: boolean;
  /** Grows with each part of its output that leaves. */
  readonly _progress: number;
  readonly _origin: string;
  _onHeaders(event: string, headers: IncomingHeaders, flags: number, raw: string[]): void;
  _onData(piece: Buffer): void;
  _onRemoteEnd(): void;
  _onNativeClose(code: number): void;
  _onWrote(): void;
  _onWantTrailers(): void;
  /** Its deadline has passed: it is closed with `code`, for something that the peer has not done. */
  _failForPeer(code: number, error: Error): void;
  _isWriting(): boolean;
  /** Gives away the next `length` bytes of the chunks that it keeps. */
  _takeExternal(sink: PieceSink, length: number): void;
  _touch(): void;
  cork(): void;
  uncork(): void;
  close(code?: number): void;
}

/** A session, as its connection sees it. */
export interface ConnectionSession extends EventEmitter, ObservedSession {
  readonly closed: boolean;
  readonly destroyed: boolean;
  readonly encrypted: boolean | undefined;
  readonly remoteSettings: Settings;

  readonly _type: number;
  readonly _native: NativeSession | undefined;
  readonly _transport: Transport | undefined;
  readonly _socket: Duplex | undefined;
  readonly _deadlines: Deadlines | undefined;
  readonly _busyPoll: BusyPoll | undefined;
  readonly _streams: StreamTable<ConnectionStream>;
  readonly _endedByPeer: boolean;
  readonly _pings: Acknowledged<PingCallback>;
  readonly _settings: SettingsExchange;
  readonly _maxOriginSetSize: number;
  /** Header values that the peer has sent before, by number. */
  readonly _headerValues: string[];

  /** Grows with each output that leaves. */
  _progress: number;
  _lastIncoming: number;
  _met: Buffer | undefined;
  _goawayCode: number | null;
  _goawayLastStreamID: number | null;
  _pingRTT: number | undefined;
  _limit: LimitDetails | undefined;
  _refused: Map<number, LimitDetails> | undefined;

  /** What ends it is something that the peer has done, or that has become of the connection. */
  _endsByPeer(): void;
  close(): void;
  destroy(error?: Error, code?: number): void;
  _touch(): void;
  _origins(): Set<string>;
  /** A header block that opens a stream. */
  _openIncoming(id: number, headers: IncomingHeaders, flags: number, raw: string[], endOfStream: boolean): void;
  /** The last stream of a session that is closing takes it along. */
  _maybeDestroy(): void;
  /** All that was received has been passed on. */
  _onIdle(): void;
  _takeExternal(sink: PieceSink, id: number, length: number): void;
  _emitLimit(limit: LimitDetails, stream: ConnectionStream | undefined): void;
}
