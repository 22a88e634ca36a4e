import { channel } from 'node:diagnostics_channel';
import type { Http2Session } from '../session/session.js';
import type { LimitDetails } from '../session/limits.js';
import type { Settings } from '../settings/values.js';
import type { Http2Stream } from '../stream/stream.js';

/** The diagnostics channels of node:http2, by the same names. */
export const clientChannels = {
  created: channel('http2.client.stream.created'),
  start: channel('http2.client.stream.start'),
  error: channel('http2.client.stream.error'),
  bodyChunkSent: channel('http2.client.stream.bodyChunkSent'),
  bodySent: channel('http2.client.stream.bodySent'),
  finish: channel('http2.client.stream.finish'),
  close: channel('http2.client.stream.close'),
};

export const serverChannels = {
  created: channel('http2.server.stream.created'),
  start: channel('http2.server.stream.start'),
  error: channel('http2.server.stream.error'),
  finish: channel('http2.server.stream.finish'),
  close: channel('http2.server.stream.close'),
};

/** Channels that only duetto has: of sessions, on both sides (`session.type` says which). */
export const sessionChannels = {
  created: channel('duetto.session.created'),
  closed: channel('duetto.session.closed'),
  goawaySent: channel('duetto.session.goaway.sent'),
  goawayReceived: channel('duetto.session.goaway.received'),
  limit: channel('duetto.session.limit'),
  settings: channel('duetto.session.settings'),
};

/** What `duetto.session.created` gives: the session connects, or has been accepted. */
export interface SessionCreatedMessage {
  readonly session: Http2Session;
}

/** What `duetto.session.closed` gives, before the session's 'close'. */
export interface SessionClosedMessage {
  readonly session: Http2Session;
  /** What the session's 'error' event gives. */
  readonly error: Error | undefined;
  /** HTTP/2 error code that this side ended it with. */
  readonly code: number;
}

/** What `duetto.session.goaway.sent` and `.received` give (RFC 9113, section 6.8). */
export interface GoawayMessage {
  readonly session: Http2Session;
  readonly code: number;
  /** Of the code, as in RFC 9113, section 7: 'NO_ERROR', 'ENHANCE_YOUR_CALM', ... */
  readonly name: string;
  readonly lastStreamID: number;
  /** The debug data as text; '' if there is none. */
  readonly reason: string;
  readonly opaqueData: Buffer | undefined;
  /** The limit that this GOAWAY is about, where this side knows of one. */
  readonly limit: LimitDetails | undefined;
}

/** What `duetto.session.limit` gives. */
export interface LimitMessage extends LimitDetails {
  readonly session: Http2Session;
  /** The stream that was refused, if it had been announced. */
  readonly stream: Http2Stream | undefined;
}

/** What `duetto.session.settings` gives: settings came into force. */
export interface SettingsMessage {
  readonly session: Http2Session;
  /** Whose: 'local' ones are acknowledged by the peer, 'remote' ones were received. */
  readonly side: 'local' | 'remote';
  readonly settings: Settings;
  /** Those in force before; undefined for the first. */
  readonly previous: Settings | undefined;
}
