import { afterCall } from '../deferrals.js';
import { clientChannels, publishIn } from '../observe/channels.js';
import type { StreamSession } from './interfaces.js';
import { Receiving, receivingAfter, ReceivingInput, Sending } from './stream-state.js';
import { Http2Stream } from './stream.js';

/** A client's stream: a request that it made, or a push that the server promised. */
export class ClientHttp2Stream extends Http2Stream {
  /** @internal */
  constructor(session: StreamSession, id: number | undefined) {
    super(session, id);
    // What writes wait for is the stream's id. A promised stream takes none.
    this._sending = Sending.Body;
    this._receiving = id === undefined ? Receiving.Headers : Receiving.Promised;
  }

  /** @internal */
  override _onHeaders(event: string, headers: object, flags: number): void {
    if (event !== 'response' && event !== 'push') return;
    this._receiving = receivingAfter(this._receiving, ReceivingInput.Headers);
    if (clientChannels.finish.hasSubscribers) publishIn(this._context, clientChannels.finish, { stream: this, headers, flags });
  }

  /** @internal */
  override _beforeErrorOfPeer(): void {
    // node:http2 has no error for it: it must not end a program that does not listen.
    if (this._receiving === Receiving.Unanswered) afterCall(listen, this);
  }

  /** @internal */
  override _publishClose(): void {
    if (clientChannels.close.hasSubscribers) publishIn(this._context, clientChannels.close, { stream: this });
  }

  /** @internal */
  override _publishError(_session: StreamSession, error: Error): void {
    if (clientChannels.error.hasSubscribers) publishIn(this._context, clientChannels.error, { stream: this, error });
  }

  /** @internal */
  override _publishBodyChunk(writev: boolean, data: unknown, encoding: string): void {
    if (!clientChannels.bodyChunkSent.hasSubscribers) return;
    // Chunks without an encoding of their own are given as they are.
    if (writev && (data as { allBuffers?: boolean }).allBuffers)
      data = (data as Array<{ chunk: Uint8Array }>).map(({ chunk }) => chunk);
    publishIn(this._context, clientChannels.bodyChunkSent, { stream: this, writev, data, encoding });
  }

  /** @internal */
  override _publishBodySent(): void {
    if (clientChannels.bodySent.hasSubscribers) publishIn(this._context, clientChannels.bodySent, { stream: this });
  }
}

function listen(stream: ClientHttp2Stream): void {
  if (stream.listenerCount('error') === 0) stream.once('error', () => {});
}
