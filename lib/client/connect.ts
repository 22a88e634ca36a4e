import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { validateAdditional } from '../connection/additional-options.js';
import { BusyPoll, DEFAULT_BUSY_POLL } from '../connection/busy-poll.js';
import { explainHandshake } from '../connection/foreign-protocol.js';
import type { SessionOptions } from '../connection/session-options.js';
import { ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS, ERR_INVALID_ARG_TYPE, ERR_HTTP2_UNSUPPORTED_PROTOCOL } from '../errors/index.js';
import { publishCreated } from '../observe/session-events.js';
import { ClientHttp2Session } from '../session/client-session.js';
import { MAX_CUSTOM_SETTINGS } from '../settings/values.js';
import { assertIsArray, assertIsObject, validateBoolean, validateNumber } from '../validate.js';

/** Options of `connect`. */
export interface ClientSessionOptions extends SessionOptions {
  /** Makes the socket. Any Duplex will do; it may be connected already. Default: `net.connect` or `tls.connect`. */
  createConnection?: ((authority: URL, option: ClientSessionOptions) => Duplex) | undefined;
  /** 'http:' or 'https:', where the authority does not say. Default 'https:'. */
  protocol?: 'http:' | 'https:' | undefined;
  /** Origins that a server may announce, from 0. Default 128. Beyond, the session ends with ERR_HTTP2_TOO_MANY_ORIGINS. */
  maxOriginSetSize?: number | undefined;
  /** Name for TLS (RFC 6066, section 3). Default: the host of the authority, unless that is an address. */
  servername?: string | undefined;
}

export type SecureClientSessionOptions = ClientSessionOptions & tls.ConnectionOptions;

const DEFAULT_MAX_ORIGIN_SET_SIZE = 128;

type ConnectListener = (session: ClientHttp2Session, socket: net.Socket | tls.TLSSocket) => void;

/**
 * Opens a connection.
 *
 * @param authority where to: `https://host:port`, or with `http:` without TLS
 * @param listener for the 'connect' event
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_URL, ERR_HTTP2_UNSUPPORTED_PROTOCOL, errors of the options
 */
export function connect(authority: string | URL, listener?: ConnectListener): ClientHttp2Session;
export function connect(
  authority: string | URL, options?: ClientSessionOptions | SecureClientSessionOptions, listener?: ConnectListener,
): ClientHttp2Session;
export function connect(
  authority: string | URL, options?: ClientSessionOptions | SecureClientSessionOptions | ConnectListener,
  listener?: ConnectListener,
): ClientHttp2Session {
  if (typeof options === 'function') {
    listener = options;
    options = undefined;
  }
  // node:http2 throws as well, a TypeError without a code.
  if (authority == null) throw new ERR_INVALID_ARG_TYPE('authority', ['string', 'Object', 'URL'], authority);
  const checked = checkOptions(options);
  if (typeof authority === 'string') authority = new URL(authority);
  assertIsObject(authority, 'authority', ['string', 'Object', 'URL']);

  const protocol = authority.protocol || checked.protocol || 'https:';
  const port = String(authority.port !== '' ? authority.port : authority.protocol === 'http:' ? 80 : 443);
  const host = hostOf(authority);
  const session = new ClientHttp2Session(checked, openSocket(authority, protocol, host, port, checked));
  session._authority = `${checked.servername || (net.isIPv6(host) ? `[${host}]` : host)}:${port}`;
  session._protocol = protocol;
  session._maxOriginSetSize = checked.maxOriginSetSize ?? DEFAULT_MAX_ORIGIN_SET_SIZE;
  const busyPoll = checked.busyPoll ?? DEFAULT_BUSY_POLL;
  if (busyPoll > 0) session._busyPoll = new BusyPoll(session, busyPoll);
  if (typeof listener === 'function') session.once('connect', listener);
  publishCreated(session);
  return session;
}

function checkOptions(options: ClientSessionOptions | undefined): ClientSessionOptions {
  assertIsObject(options, 'options');
  const checked: ClientSessionOptions = { ...options };
  if (checked.maxOriginSetSize != null) validateNumber(checked.maxOriginSetSize, 'options.maxOriginSetSize', 0);
  assertIsArray(checked.remoteCustomSettings, 'options.remoteCustomSettings');
  if (checked.remoteCustomSettings) {
    checked.remoteCustomSettings = [...checked.remoteCustomSettings];
    if (checked.remoteCustomSettings.length > MAX_CUSTOM_SETTINGS) throw new ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS();
  }
  validateAdditional(checked);
  if (checked.strictSingleValueFields !== undefined)
    validateBoolean(checked.strictSingleValueFields, 'options.strictSingleValueFields');
  return checked;
}

function hostOf(authority: URL): string {
  if (authority.hostname) return authority.hostname[0] === '[' ? authority.hostname.slice(1, -1) : authority.hostname;
  return authority.host || 'localhost';
}

function openSocket(authority: URL, protocol: string, host: string, port: string, options: ClientSessionOptions): Duplex {
  if (typeof options.createConnection === 'function') return options.createConnection(authority, options);
  if (protocol === 'http:') return net.connect({ port, host, ...options } as unknown as net.NetConnectOpts);
  if (protocol !== 'https:') throw new ERR_HTTP2_UNSUPPORTED_PROTOCOL(protocol);
  const secure: SecureClientSessionOptions = { ...options, ALPNProtocols: ['h2'] };
  // An address is not a name: no SNI for it (RFC 6066, section 3).
  if (!secure.servername && !net.isIP(host)) secure.servername = host;
  const socket = tls.connect(Number(port), host, secure);
  explainHandshake(socket);
  return socket;
}

/** What `util.promisify(connect)` gives: a promise of the session, once it is connected. */
export function connected(authority: string | URL, options?: ClientSessionOptions): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(authority, options, () => {
      session.removeListener('error', reject);
      resolve(session);
    });
    session.once('error', reject);
  });
}
