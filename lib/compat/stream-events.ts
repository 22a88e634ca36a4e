import type { ServerHttp2Stream } from '../stream/server-stream.js';

/** What a request or a response is told of its stream: 'close' by a listener, the rest by the stream itself. */
export type CompatEvent = 'aborted' | 'close' | 'timeout';

/** One set of listeners serves the request and the response of a stream, whichever comes first. */
export function follow(stream: ServerHttp2Stream): void {
  if (stream._request !== null || stream._response !== null) return;
  // Errors of a stream are not those of a request or response: HTTP/1 has 'aborted' and 'close' for them.
  stream.on('error', ignore);
  stream.on('close', onClose);
}

function ignore(): void {}

function onClose(this: ServerHttp2Stream): void {
  const response = this._response;
  this._request?._onCompatEvent('close');
  response?._onCompatEvent('close');
}
