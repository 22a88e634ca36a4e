import { setTimeout } from '../clock.js';
import { clearIdleTimeout } from '../connection/idle-timer.js';
import { tellLimit } from '../connection/limits.js';
import { constants, nameForErrorCode } from '../constants.js';
import { afterCall, afterFrames } from '../deferrals.js';
import { ERR_HTTP2_STREAM_CANCEL, ERR_HTTP2_STREAM_ERROR, NghttpError } from '../errors/index.js';
import type { StreamSession } from './interfaces.js';
import { ReadableSide } from './readable-side.js';
import {
  bodyIsEnded, closingAfter, ClosingInput, headersAreSent, isClosedByPeer, isReleased, peerIsDone, Receiving, receivingAfter, ReceivingInput,
  sendingAfter, SendingInput, trailersFollow,
} from './stream-state.js';

const { NGHTTP2_CANCEL, NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } = constants;

/**
 * Milliseconds by which a response that is complete before its request precedes RST_STREAM(NO_ERROR). Some clients, curl 7.88 among
 * them, drop a response that they read together with the reset. A request that ends in the meantime needs no reset.
 */
const EARLY_RESPONSE_LEAD = 10;

/** What closing does about RST_STREAM. */
export const enum Reset {
  None,
  /** When what was written is sent. */
  Submit,
  /** At once. */
  Force,
}

/** How a stream ends: closed by this side or the peer, cut off with its connection, or destroyed. */
export abstract class EndingStream extends ReadableSide {
  override destroy(error?: Error): this {
    // What was written before is sent; Writable gives nothing away any more once it is destroyed.
    if (this._gathering) this._session?._transport?.release();
    return super.destroy(error);
  }

  /**
   * @param givesUp what was not ended does not end: END_STREAM would make it pass for whole
   */
  protected closeWith(code: number, reset: Reset, givesUp = code !== NGHTTP2_NO_ERROR): void {
    if (this._gathering) this._session?._transport?.release();
    if (!this._closed) this._closing = closingAfter(this._closing, ClosingInput.Close);
    this._rstCode = code;
    clearIdleTimeout(this);
    const ending = this._endedBeforeClose = this.writableEnded;
    const atOnce = !ending || this.writableFinished || givesUp || reset === Reset.Force;
    // RST_STREAM is submitted before any listener is called, since a listener may destroy the stream.
    if (reset !== Reset.None && atOnce) {
      if (!ending && !givesUp) this.endWritten();
      this.submitReset(code, givesUp);
    }
    if (!ending && givesUp) this._sending = sendingAfter(this._sending, SendingInput.GiveUp);
    try {
      if (!ending) this._tellAborted();
    } finally {
      // A listener that throws does not keep the stream from closing.
      if (!ending) this.end();
      if (reset !== Reset.None && !atOnce) this.prependOnceListener('finish', () => this.submitReset(code, false));
      this._publishClose();
    }
  }

  /** @internal */
  override _tellAborted(): void {
    if (this._aborted) return;
    this._aborted = true;
    const { _request: request } = this;
    try {
      if (request !== null) this._context!.runInAsyncScope(request._onCompatEvent, request, 'aborted');
    } finally {
      this.emit('aborted');
    }
  }

  private submitReset(code: number, givesUp: boolean): void {
    if (this._id === undefined) {
      // Nothing of it was sent, and the connection may never be established.
      afterCall(destroyStream, this);
      return;
    }
    const session = this._session;
    if (session?._native === undefined || isReleased(this._closing)) return;
    // The body has ended, and the trailers that were to follow do not come: it is whole without them.
    if (!givesUp && bodyIsEnded(this._sending) && trailersFollow(this._sending) && this.writableFinished) {
      this._sending = sendingAfter(this._sending, SendingInput.Trailers);
      session._native.trailers(this._id!, '', 0);
    }
    // RST_STREAM overtakes DATA and HEADERS: what was written before goes first.
    if (this._isWriting() || headersAreSent(this._sending) || session._type !== NGHTTP2_SESSION_SERVER) session._transport!.purge();
    if (session._native === undefined) return;
    session._native.reset(this._id!, code);
    session._transport!.holdClose();
    session._transport!.schedule();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const session = this._session!;
    const sessionCode = session._goawayCode || session._destroyCode;
    // What closed well stays so, whatever has become of the session since.
    let code = this._closed ? this._rstCode : sessionCode;
    if (error != null) code = sessionCode || (isAbort(error) ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
    const id = this._id;
    const byPeer = isClosedByPeer(this._closing) || (session.destroyed && session._endedByPeer);
    if (!this._closed) {
      // To many peers NO_ERROR is an end, whatever is missing.
      if (code === NGHTTP2_NO_ERROR && !session.destroyed && this.cutsOff) code = NGHTTP2_CANCEL;
      try {
        // A session that ends says so by GOAWAY, for all of its streams.
        this.closeWith(code, id !== undefined && !session.destroyed ? Reset.Force : Reset.None, true);
      } catch (thrown) {
        error = thrown as Error;
      }
    }
    try {
      // 'end' is for what has come whole.
      if (this._cameWhole) this.push(null);
    } catch (thrown) {
      error ??= thrown as Error;
    }
    if (id !== undefined) {
      if (!isReleased(this._closing) || this._held) session._native?.detach(id);
      session._streams.delete(id);
    } else {
      session._pendingStreams.delete(this._serial);
    }
    this.external = undefined;
    this._bodySource?.stop();
    this._bodySource = undefined;
    this._dropWrite();
    // CANCEL is how clients say that they have lost interest: 'aborted' has told that.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL)
      error = new ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] ?? code);
    if (error != null && session._refused !== undefined) tellLimit(session._refused, id, error);
    this._session = undefined;
    if (session._closed) afterFrames(maybeDestroySession, session);
    if (error) this._publishError(session, error);
    if (error && byPeer) this._beforeErrorOfPeer(session);
    callback(error);
  }

  /** A message is under way from here that has not ended. */
  private get cutsOff(): boolean {
    return headersAreSent(this._sending) && !bodyIsEnded(this._sending) && !isReleased(this._closing) && !this._headRequest;
  }

  /** @internal The peer has brought about the error that is going to be emitted. */
  _beforeErrorOfPeer(_session: StreamSession): void {}

  /** @internal The core does not take a command. */
  _refused(code: number): void {
    // The peer's RST_STREAM came with the chunk that is being told: the stream hears of it next. So does one of a session
    // that is gone.
    if (code !== NGHTTP2_ERR_STREAM_CLOSED && !this._session?.destroyed) this.destroy(new NghttpError(code));
  }

  /** @internal Ends a stream on which nothing more can happen. */
  _maybeDestroy(): void {
    if (!this.writableFinished) return;
    if (!this.readable && this._closed) {
      this.destroy();
      return;
    }
    if (this.bodyIsUnwanted) setTimeout(closeUnwanted, EARLY_RESPONSE_LEAD, this);
  }

  /** The response is complete, and nobody wants the body of the request: there is no point in receiving it (RFC 9113, section 8.1). */
  private get bodyIsUnwanted(): boolean {
    return !peerIsDone(this._receiving) && headersAreSent(this._sending) && this._session?._type === NGHTTP2_SESSION_SERVER &&
      !trailersFollow(this._sending) && !this._didRead && this.readableFlowing !== true && this.listenerCount('data') === 0 &&
      this.listenerCount('readable') === 0;
  }

  /** @internal */
  _closeIfUnwanted(): void {
    if (this.bodyIsUnwanted && !this._closed) this.closeWith(NGHTTP2_NO_ERROR, Reset.Submit);
  }

  /** @internal The connection is gone. What it has not brought whole does not end, and a request without an answer has failed. */
  _onConnectionLost(): void {
    const wasOpen = !this._closed;
    const missing = wasOpen && !peerIsDone(this._receiving);
    this._closing = closingAfter(this._closing, ClosingInput.ConnectionLost);
    if (missing) this._receiving = receivingAfter(this._receiving, ReceivingInput.CutOff);
    try {
      if (wasOpen) this.closeWith(NGHTTP2_CANCEL, Reset.Submit);
      if (missing) this._tellAborted();
    } finally {
      if (missing && this._receiving === Receiving.Unanswered)
        this.destroy(new ERR_HTTP2_STREAM_CANCEL(new Error('The connection was closed before an answer came')));
    }
  }

  /** @internal */
  _failForPeer(code: number, error: Error): void {
    const wasOpen = !this._closed;
    this._closing = closingAfter(this._closing, ClosingInput.PeerFails);
    if (this.destroyed) return;
    if (wasOpen) this.closeWith(code, Reset.Submit);
    this.destroy(error);
  }

  /** @internal */
  _closeWithoutReset(code: number): void {
    this.closeWith(code, Reset.None);
  }
}

/** An AbortSignal's error, whoever made it. */
function isAbort(error: Error & { code?: unknown }): boolean {
  return error.name === 'AbortError' && error.code === 'ABORT_ERR';
}

function destroyStream(stream: EndingStream): void {
  stream.destroy();
}

function closeUnwanted(stream: EndingStream): void {
  stream._closeIfUnwanted();
}

function maybeDestroySession(session: StreamSession): void {
  session._maybeDestroy();
}
