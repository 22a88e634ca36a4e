import type { ServerHttp2Stream } from '../stream/server-stream.js';
import type { Http2ServerRequest } from './request.js';
import type { Http2ServerResponse } from './response.js';

/** The request of a stream. Streams know of it only what they notify it of. */
export function requestOf(stream: ServerHttp2Stream): Http2ServerRequest | null {
  return stream._request as Http2ServerRequest | null;
}

/** The response of a stream. */
export function responseOf(stream: ServerHttp2Stream): Http2ServerResponse | null {
  return stream._response as Http2ServerResponse | null;
}

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
