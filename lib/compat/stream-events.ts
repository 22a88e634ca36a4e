import type { ServerHttp2Stream } from '../stream/server-stream.js';

/** What a request or a response is told of its stream. */
export type CompatEvent = 'aborted' | 'close' | 'timeout' | 'trailers';

/** A stream that tells its request and response by itself needs no listeners for it. */
interface Telling {
  _callsCompat?: boolean;
}

/** One set of listeners serves the request and the response of a stream, whichever comes first. */
export function follow(stream: ServerHttp2Stream): void {
  if (stream._request !== null || stream._response !== null) return;
  // Errors of a stream are not those of a request or response: HTTP/1 has 'aborted' and 'close' for them.
  stream.on('error', ignore);
  if ((stream as Telling)._callsCompat === true) return;
  stream.on('close', onClose);
  stream.on('aborted', onAborted);
  stream.on('timeout', onTimeout);
  stream.on('trailers', onTrailers);
}

function ignore(): void {}

function onClose(this: ServerHttp2Stream): void {
  const response = this._response;
  this._request?._onCompatEvent('close');
  response?._onCompatEvent('close');
}

function onAborted(this: ServerHttp2Stream): void {
  this._request?._onCompatEvent('aborted');
}

function onTimeout(this: ServerHttp2Stream): void {
  const response = this._response;
  this._request?._onCompatEvent('timeout');
  response?._onCompatEvent('timeout');
}

function onTrailers(this: ServerHttp2Stream, headers: object, flags: number, rawHeaders: string[]): void {
  this._request?._onCompatEvent('trailers', headers, flags, rawHeaders);
}
