import { defineError } from './node-error.js';

// One class for each ERR_HTTP2_* code of Node 24, in the order of their names.

type Value = [value: unknown];
type Name = [name: unknown];

export const ERR_HTTP2_ALTSVC_INVALID_ORIGIN = defineError(
  'ERR_HTTP2_ALTSVC_INVALID_ORIGIN', TypeError, 'HTTP/2 ALTSVC frames require a valid origin');
export const ERR_HTTP2_ALTSVC_LENGTH = defineError(
  'ERR_HTTP2_ALTSVC_LENGTH', TypeError, 'HTTP/2 ALTSVC frames are limited to 16382 bytes');
export const ERR_HTTP2_CONNECT_AUTHORITY = defineError(
  'ERR_HTTP2_CONNECT_AUTHORITY', Error, ':authority header is required for CONNECT requests');
export const ERR_HTTP2_CONNECT_PATH = defineError(
  'ERR_HTTP2_CONNECT_PATH', Error, 'The :path header is forbidden for CONNECT requests');
export const ERR_HTTP2_CONNECT_SCHEME = defineError(
  'ERR_HTTP2_CONNECT_SCHEME', Error, 'The :scheme header is forbidden for CONNECT requests');
export const ERR_HTTP2_GOAWAY_SESSION = defineError(
  'ERR_HTTP2_GOAWAY_SESSION', Error, 'New streams cannot be created after receiving a GOAWAY');
export const ERR_HTTP2_HEADERS_AFTER_RESPOND = defineError(
  'ERR_HTTP2_HEADERS_AFTER_RESPOND', Error, 'Cannot specify additional headers after response initiated');
export const ERR_HTTP2_HEADERS_SENT = defineError(
  'ERR_HTTP2_HEADERS_SENT', Error, 'Response has already been initiated.');
export const ERR_HTTP2_HEADER_SINGLE_VALUE = defineError<Name>(
  'ERR_HTTP2_HEADER_SINGLE_VALUE', TypeError,
  'Header field "%s" must only have a single value');
export const ERR_HTTP2_INFO_STATUS_NOT_ALLOWED = defineError(
  'ERR_HTTP2_INFO_STATUS_NOT_ALLOWED', RangeError, 'Informational status codes cannot be used');
export const ERR_HTTP2_INVALID_CONNECTION_HEADERS = defineError<Name>(
  'ERR_HTTP2_INVALID_CONNECTION_HEADERS', TypeError,
  'HTTP/1 Connection specific headers are forbidden: "%s"');
export const ERR_HTTP2_INVALID_HEADER_VALUE = defineError<[value: unknown, name: unknown]>(
  'ERR_HTTP2_INVALID_HEADER_VALUE', TypeError,
  'Invalid value "%s" for header "%s"');
export const ERR_HTTP2_INVALID_INFO_STATUS = defineError<Value>(
  'ERR_HTTP2_INVALID_INFO_STATUS', RangeError, 'Invalid informational status code: %s');
export const ERR_HTTP2_INVALID_ORIGIN = defineError(
  'ERR_HTTP2_INVALID_ORIGIN', TypeError, 'HTTP/2 ORIGIN frames require a valid origin');
export const ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH = defineError(
  'ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH', RangeError, 'Packed settings length must be a multiple of six');
export const ERR_HTTP2_INVALID_PSEUDOHEADER = defineError<Name>(
  'ERR_HTTP2_INVALID_PSEUDOHEADER', TypeError,
  '"%s" is an invalid pseudoheader or is used incorrectly');
export const ERR_HTTP2_INVALID_SESSION = defineError(
  'ERR_HTTP2_INVALID_SESSION', Error, 'The session has been destroyed');

/** What was wrong with a setting; `min` and `max` are there when the value was out of them. */
export interface SettingValueDetails {
  actual: unknown;
  min?: number | undefined;
  max?: number | undefined;
}

function invalidSettingValue(
  this: object, name: string, actual: unknown, min?: number, max?: number,
): string {
  const details: SettingValueDetails = min === undefined ? { actual } : { actual, min, max };
  Object.assign(this, details);
  return `Invalid value for setting "${name}": ${actual}`;
}

type SettingArgs = [name: string, actual: unknown, min?: number, max?: number];

export const ERR_HTTP2_INVALID_SETTING_VALUE = defineError<SettingArgs, TypeError, SettingValueDetails>(
  'ERR_HTTP2_INVALID_SETTING_VALUE', TypeError, invalidSettingValue);
/** The same code as a RangeError: the value has the right type but lies outside `min` to `max`. */
export const ERR_HTTP2_INVALID_SETTING_VALUE_RANGE = defineError<SettingArgs, RangeError, SettingValueDetails>(
  'ERR_HTTP2_INVALID_SETTING_VALUE', RangeError, invalidSettingValue);

export const ERR_HTTP2_INVALID_STREAM = defineError(
  'ERR_HTTP2_INVALID_STREAM', Error, 'The stream has been destroyed');
export const ERR_HTTP2_MAX_PENDING_SETTINGS_ACK = defineError(
  'ERR_HTTP2_MAX_PENDING_SETTINGS_ACK', Error, 'Maximum number of pending settings acknowledgements');
export const ERR_HTTP2_NESTED_PUSH = defineError(
  'ERR_HTTP2_NESTED_PUSH', Error, 'A push stream cannot initiate another push stream.');
export const ERR_HTTP2_NO_MEM = defineError('ERR_HTTP2_NO_MEM', Error, 'Out of memory');
export const ERR_HTTP2_NO_SOCKET_MANIPULATION = defineError(
  'ERR_HTTP2_NO_SOCKET_MANIPULATION', Error,
  'HTTP/2 sockets should not be directly manipulated (e.g. read and written)');
export const ERR_HTTP2_ORIGIN_LENGTH = defineError(
  'ERR_HTTP2_ORIGIN_LENGTH', TypeError, 'HTTP/2 ORIGIN frames are limited to 16382 bytes');
export const ERR_HTTP2_OUT_OF_STREAMS = defineError(
  'ERR_HTTP2_OUT_OF_STREAMS', Error, 'No stream ID is available because maximum stream ID has been reached');
export const ERR_HTTP2_PAYLOAD_FORBIDDEN = defineError<[status: unknown]>(
  'ERR_HTTP2_PAYLOAD_FORBIDDEN', Error,
  'Responses with %s status must not have a payload');
export const ERR_HTTP2_PING_CANCEL = defineError('ERR_HTTP2_PING_CANCEL', Error, 'HTTP2 ping cancelled');
export const ERR_HTTP2_PING_LENGTH = defineError(
  'ERR_HTTP2_PING_LENGTH', RangeError, 'HTTP2 ping payload must be 8 bytes');
export const ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED = defineError(
  'ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED', TypeError, 'Cannot set HTTP/2 pseudo-headers');
export const ERR_HTTP2_PUSH_DISABLED = defineError(
  'ERR_HTTP2_PUSH_DISABLED', Error, 'HTTP/2 client has disabled push streams');
export const ERR_HTTP2_SEND_FILE = defineError('ERR_HTTP2_SEND_FILE', Error, 'Directories cannot be sent');
export const ERR_HTTP2_SEND_FILE_NOSEEK = defineError(
  'ERR_HTTP2_SEND_FILE_NOSEEK', Error, 'Offset or length can only be specified for regular files');
export const ERR_HTTP2_SESSION_ERROR = defineError<Value>(
  'ERR_HTTP2_SESSION_ERROR', Error, 'Session closed with error code %s');
export const ERR_HTTP2_SETTINGS_CANCEL = defineError(
  'ERR_HTTP2_SETTINGS_CANCEL', Error, 'HTTP2 session settings canceled');
export const ERR_HTTP2_SOCKET_BOUND = defineError(
  'ERR_HTTP2_SOCKET_BOUND', Error, 'The socket is already bound to an Http2Session');
export const ERR_HTTP2_SOCKET_UNBOUND = defineError(
  'ERR_HTTP2_SOCKET_UNBOUND', Error, 'The socket has been disconnected from the Http2Session');
export const ERR_HTTP2_STATUS_101 = defineError(
  'ERR_HTTP2_STATUS_101', Error, 'HTTP status code 101 (Switching Protocols) is forbidden in HTTP/2');
export const ERR_HTTP2_STATUS_INVALID = defineError<Value>(
  'ERR_HTTP2_STATUS_INVALID', RangeError, 'Invalid status code: %s');

export const ERR_HTTP2_STREAM_CANCEL = defineError(
  'ERR_HTTP2_STREAM_CANCEL', Error,
  function streamCancel(this: Error, cause?: unknown) {
    const message = 'The pending stream has been canceled';
    if (!cause) return message;
    this.cause = cause;
    const reason = (cause as { message?: unknown }).message;
    return typeof reason === 'string' ? `${message} (caused by: ${reason})` : message;
  });

export const ERR_HTTP2_STREAM_ERROR = defineError<Value>(
  'ERR_HTTP2_STREAM_ERROR', Error, 'Stream closed with error code %s');
export const ERR_HTTP2_STREAM_SELF_DEPENDENCY = defineError(
  'ERR_HTTP2_STREAM_SELF_DEPENDENCY', Error, 'A stream cannot depend on itself');
export const ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS = defineError(
  'ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS', Error, 'Number of custom settings exceeds MAX_ADDITIONAL_SETTINGS');
export const ERR_HTTP2_TOO_MANY_INVALID_FRAMES = defineError(
  'ERR_HTTP2_TOO_MANY_INVALID_FRAMES', Error, 'Too many invalid HTTP/2 frames');
export const ERR_HTTP2_TOO_MANY_ORIGINS = defineError<[limit: unknown]>(
  'ERR_HTTP2_TOO_MANY_ORIGINS', Error,
  'The server sent more ORIGIN frames than the allowed number of %s');
export const ERR_HTTP2_TRAILERS_ALREADY_SENT = defineError(
  'ERR_HTTP2_TRAILERS_ALREADY_SENT', Error, 'Trailing headers have already been sent');
export const ERR_HTTP2_TRAILERS_NOT_READY = defineError(
  'ERR_HTTP2_TRAILERS_NOT_READY', Error,
  'Trailing headers cannot be sent until after the wantTrailers event is emitted');
export const ERR_HTTP2_UNSUPPORTED_PROTOCOL = defineError<[protocol: unknown]>(
  'ERR_HTTP2_UNSUPPORTED_PROTOCOL', Error, 'protocol "%s" is unsupported.');
