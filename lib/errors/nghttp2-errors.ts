import { finishNodeError, fixedMessageOf, markAsNodeError, type CodedError } from './node-error.js';

// Errors that nghttp2 reported, by its (negative) numbers.

/** What `nghttp2_strerror` says; used until the native binding is there to ask. */
const STRERROR: Readonly<Record<number, string>> = {
  0: 'Success',
  [-501]: 'Invalid argument',
  [-502]: 'Out of buffer space',
  [-503]: 'Unsupported SPDY version',
  [-504]: 'Operation would block',
  [-505]: 'Protocol error',
  [-506]: 'Invalid frame bytes',
  [-507]: 'EOF',
  [-508]: 'Data transfer deferred',
  [-509]: 'No more Stream ID available',
  [-510]: 'Stream was already closed or invalid',
  [-511]: 'Stream is closing',
  [-512]: 'The transmission is not allowed for this stream',
  [-513]: 'Stream ID is invalid',
  [-514]: 'Invalid stream state',
  [-515]: 'Another DATA frame has already been deferred',
  [-516]: 'request HEADERS is not allowed',
  [-517]: 'GOAWAY has already been sent',
  [-518]: 'Invalid header block',
  [-519]: 'Invalid state',
  [-521]: 'The user callback function failed due to the temporal error',
  [-522]: 'The length of the frame is invalid',
  [-523]: 'Header compression/decompression error',
  [-524]: 'Flow control error',
  [-525]: 'Insufficient buffer size given to function',
  [-526]: 'Callback was paused by the application',
  [-527]: 'Too many inflight SETTINGS',
  [-528]: 'Server push is disabled by peer',
  [-529]: 'DATA or HEADERS frame has already been submitted for the stream',
  [-530]: 'The current session is closing',
  [-531]: 'Invalid HTTP header field was received',
  [-532]: 'Violation in HTTP messaging rule',
  [-533]: 'Stream was refused',
  [-534]: 'Internal error',
  [-535]: 'Cancel',
  [-536]: 'When a local endpoint expects to receive SETTINGS frame, it receives an other type of frame',
  [-537]: 'SETTINGS frame contained more than the maximum allowed entries',
  [-901]: 'Out of memory',
  [-902]: 'The user callback function failed',
  [-903]: 'Received bad client magic byte string',
  [-904]: 'Flooding was detected in this HTTP/2 session, and it must be closed',
  [-905]: 'Too many CONTINUATION frames following a HEADER frame',
};

type LookUp = (integerCode: number) => string;

let errorString: LookUp = (integerCode) => STRERROR[integerCode] ?? 'Unknown error code';

/** The words of nghttp2 for one of its error numbers. */
export function nghttp2ErrorString(integerCode: number): string {
  return errorString(integerCode);
}

/**
 * Makes the linked nghttp2 the source of the messages, so that they are those of its version.
 * @returns the source until now
 */
export function setNghttp2ErrorString(lookUp: LookUp): LookUp {
  const before = errorString;
  errorString = lookUp;
  return before;
}

/** An nghttp2 call failed. `errno` is its result, `code` 'ERR_HTTP2_ERROR' or a more telling one. */
export class NghttpError extends Error implements CodedError {
  code: string;
  errno: number;

  constructor(integerCode: number, customErrorCode?: string | null) {
    super(customErrorCode ? fixedMessageOf(customErrorCode) ?? customErrorCode : errorString(integerCode));
    this.code = customErrorCode || 'ERR_HTTP2_ERROR';
    this.errno = integerCode;
    finishNodeError(this);
  }
}

markAsNodeError(NghttpError.prototype);
