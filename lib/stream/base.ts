import type { AsyncResource } from 'node:async_hooks';
import type { NativeSession } from '../binding/contract.js';
import { stretch } from '../connection/tick-count.js';
import type { HeadersObject, RawHeaders } from '../headers/header-types.js';
import { readOnlyWhenAsked } from '../node-internals/readable-state.js';
import { YoungDuplex } from '../node-internals/young-duplex.js';
import type { CompatMessage, CompatRequest, StreamSession } from './interfaces.js';
import { Closing, Receiving, Sending } from './stream-state.js';
import type { Http2Stream } from './stream.js';

const duplexOptions = { allowHalfOpen: true, decodeStrings: false, autoDestroy: false };

/** Sends a body that does not come through the writable side: a file. */
export interface BodySource {
  /** What was queued has been put into frames. */
  wrote(): void;
  /** The stream is gone. */
  stop(): void;
}

/**
 * What a stream knows of itself. Its sides add what they do: writable-side, readable-side, ending-stream, then Http2Stream.
 *
 * More than 15 fields since each request makes a stream: an object for some of them would be one more that a scavenge has to look at.
 */
export abstract class StreamBase extends YoungDuplex {
  declare timeout?: number;

  /** @internal undefined once destroyed */ _session: StreamSession | undefined;
  /** @internal Whose connection it is or was: access logs ask for the peer's address when all is over. */ readonly _connection: StreamSession;
  /** @internal */ _id: number | undefined;
  /** @internal How many its session had before it. */ _serial: number;
  /** @internal */ _sending = Sending.Idle;
  /** @internal */ _receiving = Receiving.Body;
  /** @internal */ _closing = Closing.Open;
  // What follows is not among the states: it says what was asked for, or what has been told, whatever the state is.
  /** @internal `writableEnded`, when it was closed. */ _endedBeforeClose = false;
  /** @internal 'aborted' was emitted. */ _aborted = false;
  /** @internal */ _headRequest = false;
  /** @internal */ _endAfterHeaders = false;
  /** @internal See Transport.gather. */ _gathering = false;
  /** @internal `end` was called: the next write may be the last. */ _ending = false;
  /** @internal The user has read, or tried to. */ _didRead = false;
  /** @internal The core opens the window as data comes. */ _reading = false;
  /** @internal The core counts memory for what this stream has not been rid of. */ _held = false;
  /** @internal */ _rstCode = 0;
  /** @internal */ _sentHeaders: HeadersObject | undefined;
  /** @internal */ _rawHeaders: RawHeaders | undefined;
  /** @internal */ _infoHeaders: HeadersObject[] | undefined;
  /** @internal */ _sentTrailers: HeadersObject | undefined;
  /** @internal */ _timer: NodeJS.Timeout | null = null;
  /** @internal */ _progress = 0;
  /** @internal */ _progressSeen = 0;
  /** @internal In which a client's request was made, or a server's own: its events run there. */ _context: AsyncResource | undefined;
  /** @internal */ _origin = '';
  /** @internal */ _bodySource: BodySource | undefined;
  /** @internal The compatibility layer's objects: they hear what happens without listeners. */ _request: CompatRequest | null = null;
  /** @internal */ _response: CompatMessage | null = null;
  /** @internal */ _proxySocket: object | null = null;

  /** @internal See Dispatch. */ _toldIn = stretch.current;

  /** @internal @param id undefined for a stream that has none yet */
  constructor(session: StreamSession, id: number | undefined) {
    super(duplexOptions);
    this._session = session;
    this._connection = session;
    this._id = id;
    this._serial = session._streamsMade++;
    // Node's readable side would otherwise try to read by itself, and nobody could tell whether the user has.
    readOnlyWhenAsked(this);
    if (id === undefined) {
      // Writes wait until the stream can be sent.
      this.cork();
      session._addPending(this as unknown as Http2Stream);
    } else {
      session._addStream(id, this as unknown as Http2Stream);
    }
  }

  /** @internal */
  get _closed(): boolean {
    return this._closing !== Closing.Open;
  }

  /** @internal undefined when the session, or this stream, is gone */
  protected get core(): NativeSession | undefined {
    return this._session?._native;
  }

  /** @internal 'aborted', if it has not been told. */
  abstract _tellAborted(): void;
  /** @internal Ends a stream on which nothing more can happen. */
  abstract _maybeDestroy(): void;
  /** @internal nghttp2 has closed it: no RST_STREAM is needed. */
  abstract _closeWithoutReset(code: number): void;
  abstract sendTrailers(headers: HeadersObject): void;

  // -- what the kinds of streams add -------------------------------------------

  /** @internal The first write on a stream without headers. */
  _proceed(): void {}
  /** @internal A header block for an open stream. */
  _onHeaders(_event: string, _headers: object, _flags: number, _raw: string[]): void {}
  /** @internal */
  _publishClose(): void {}
  /** @internal */
  _publishError(_session: StreamSession, _error: Error): void {}
  /** @internal */
  _publishBodyChunk(_writev: boolean, _data: unknown, _encoding: string): void {}
  /** @internal */
  _publishBodySent(): void {}

  /** @internal */
  _touch(): void {
    if (this._timer !== null) this._timer.refresh();
    this._session?._touch();
  }

  /** @internal The time of `setTimeout` is over. */
  _timedOut(): void {
    if (this._request !== null || this._response !== null) this._context!.runInAsyncScope(timeOut, undefined, this);
  }
}

function timeOut(stream: StreamBase): void {
  const response = stream._response;
  stream._request?._onCompatEvent('timeout');
  response?._onCompatEvent('timeout');
}

/** As a listener: of 'finish' and of 'end'. */
export function maybeDestroyStream(this: StreamBase): void {
  this._maybeDestroy();
}
