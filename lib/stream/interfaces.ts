import type { ConnectionSession, ConnectionStream } from '../connection/interfaces.js';
import type { StreamTable } from '../connection/stream-table.js';

// What a stream knows of those above it.

/** The session that a stream belongs to. */
export interface StreamSession extends ConnectionSession {
  readonly _strictSingleValueFields: boolean;
  readonly _closed: boolean;
  readonly _destroyCode: number;
  readonly _pendingStreams: StreamTable<ConnectionStream>;
  /** How many streams it has had. */
  _streamsMade: number;
  _addStream(id: number, stream: ConnectionStream): void;
  _addPending(stream: ConnectionStream): void;
}

/** What a request or a response hears of its stream: 'close' by a listener, the rest by the stream itself. */
export type CompatEvent = 'aborted' | 'close' | 'timeout';

/** A request or a response of the compatibility layer: it hears what happens to its stream without listeners. */
export interface CompatMessage {
  _onCompatEvent(event: CompatEvent): void;
}

export interface CompatRequest extends CompatMessage {
  _onTrailers(headers: object, raw: string[]): void;
}
