import type * as http from 'node:http';
import type * as net from 'node:net';
import type * as tls from 'node:tls';
import { Http2ServerRequest } from '../compat/request.js';
import { Http2ServerResponse } from '../compat/response.js';
import { validateAdditional } from '../connection/additional-options.js';
import type { SessionOptions } from '../connection/session-options.js';
import { ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS } from '../errors/index.js';
import { assertIsArray, assertIsObject, validateBoolean, validateUint32 } from '../validate.js';

/** Options of the HTTP/1 half of a server. */
export type Http1Options = http.ServerOptions;

interface CommonServerOptions extends SessionOptions {
  /** Milliseconds until a connection without a protocol that is understood is cut off, 0 to 2^32-1. Default 10000. */
  unknownProtocolTimeout?: number | undefined;
  /** Class of the requests. Default {@link Http2ServerRequest}, which it extends. */
  Http2ServerRequest?: typeof Http2ServerRequest | undefined;
  /** Class of the responses. Default {@link Http2ServerResponse}, which it extends. */
  Http2ServerResponse?: typeof Http2ServerResponse | undefined;
  /** Classes, timeouts and whatever else `http.createServer` takes, for clients that speak HTTP/1. */
  http1Options?: Http1Options | undefined;
  /** @deprecated `http1Options.IncomingMessage` */
  Http1IncomingMessage?: typeof http.IncomingMessage | undefined;
  /** @deprecated `http1Options.ServerResponse` */
  Http1ServerResponse?: typeof http.ServerResponse | undefined;
}

/** Options of `createServer` and `performServerHandshake`. */
export interface ServerOptions extends CommonServerOptions, net.ServerOpts {}

/** Options of `createSecureServer`. */
export interface SecureServerOptions extends CommonServerOptions, tls.TlsOptions {
  /** Whether clients that do not offer 'h2' are served with HTTP/1. Default false. */
  allowHTTP1?: boolean | undefined;
}

type Defaults = 'settings' | 'unknownProtocolTimeout' | 'strictSingleValueFields' | 'http1Options' |
  'Http2ServerRequest' | 'Http2ServerResponse';

/** Options with the defaults filled in. */
export type Complete<Options extends CommonServerOptions> =
  Options & { [Key in Defaults]-?: NonNullable<CommonServerOptions[Key]> };

/** Identifiers that nghttp2 has room for. */
const MAX_CUSTOM_SETTINGS = 10;
/** Long enough for the 403 to be read, too short to collect such connections. */
const UNKNOWN_PROTOCOL_TIMEOUT = 10_000;

const counts = ['maxSessionInvalidFrames', 'maxSessionRejectedStreams', 'unknownProtocolTimeout'] as const;

/**
 * Checks options and completes a copy of them.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS
 */
export function completeOptions<Options extends CommonServerOptions>(given: Options | undefined): Complete<Options> {
  assertIsObject(given, 'options');
  const options = { ...given } as Complete<Options>;
  assertIsObject(options.settings, 'options.settings');
  options.settings = { ...options.settings };
  assertIsArray(options.remoteCustomSettings, 'options.remoteCustomSettings');
  if (options.remoteCustomSettings) {
    options.remoteCustomSettings = [...options.remoteCustomSettings];
    if (options.remoteCustomSettings.length > MAX_CUSTOM_SETTINGS) throw new ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS();
  }
  for (const name of counts) {
    const value = (options as Partial<Record<typeof name, unknown>>)[name];
    if (value !== undefined) validateUint32(value, `options.${name}`);
  }
  validateAdditional(options);
  options.unknownProtocolTimeout ??= UNKNOWN_PROTOCOL_TIMEOUT;
  if (options.strictSingleValueFields === undefined) options.strictSingleValueFields = true;
  else validateBoolean(options.strictSingleValueFields, 'options.strictSingleValueFields');

  options.http1Options = { ...options.http1Options };
  options.http1Options.IncomingMessage ??= options.Http1IncomingMessage;
  options.http1Options.ServerResponse ??= options.Http1ServerResponse;
  options.Http2ServerRequest ||= Http2ServerRequest;
  options.Http2ServerResponse ||= Http2ServerResponse;
  return options;
}

/** The same for a server over TLS, with the protocols that it offers (RFC 7301). */
export function completeSecureOptions(given: SecureServerOptions | undefined): Complete<SecureServerOptions> {
  const options = completeOptions(given);
  if (!options.ALPNCallback) options.ALPNProtocols = options.allowHTTP1 === true ? ['h2', 'http/1.1'] : ['h2'];
  return options;
}
