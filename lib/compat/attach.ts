import type { EventEmitter } from 'node:events';
import { constants } from '../constants.js';
import type { IncomingHeaders } from '../headers/decode.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import type { Http2ServerRequest } from './request.js';
import type { Http2ServerResponse } from './response.js';

const { HTTP_STATUS_EXPECTATION_FAILED, HTTP_STATUS_METHOD_NOT_ALLOWED } = constants;

/** The classes of a server's requests and responses. */
export interface CompatClasses {
  Http2ServerRequest: typeof Http2ServerRequest;
  Http2ServerResponse: typeof Http2ServerResponse;
}

/** A listener for a server's 'stream' that makes the events of `http.Server` out of it. */
export function bridge(
  server: EventEmitter, { Http2ServerRequest: Request, Http2ServerResponse: Response }: CompatClasses,
) {
  return (stream: ServerHttp2Stream, headers: IncomingHeaders, _flags: number, rawHeaders: string[]): void => {
    const request = new Request(stream, headers, undefined, rawHeaders);
    const response = new Response(stream);
    if (headers[':method'] === 'CONNECT') onConnect(server, request, response);
    else if (headers.expect !== undefined) onExpectation(server, request, response, headers.expect);
    else server.emit('request', request, response);
  };
}

function onConnect(server: EventEmitter, request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (server.emit('connect', request, response)) return;
  response.statusCode = HTTP_STATUS_METHOD_NOT_ALLOWED;
  response.end();
}

/** RFC 9110, section 10.1.1: the client waits for an answer before it sends the body. */
function onExpectation(
  server: EventEmitter, request: Http2ServerRequest, response: Http2ServerResponse, expectation: unknown,
): void {
  if (expectation === '100-continue') {
    if (server.emit('checkContinue', request, response)) return;
    response.writeContinue();
    server.emit('request', request, response);
  } else if (!server.emit('checkExpectation', request, response)) {
    response.statusCode = HTTP_STATUS_EXPECTATION_FAILED;
    response.end();
  }
}
