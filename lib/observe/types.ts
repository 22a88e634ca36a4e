import type * as builtin from 'node:http2';
import type { EntryType, PerformanceEntry, PerformanceObserverEntryList } from 'node:perf_hooks';

// Types of what users see. Nothing here may refer to the classes behind them.

/** What is told of a limit that was met: as `limit` of errors, in the 'limit' event, by the channel. */
export interface LimitDetails {
  /** What is limited, in words. */
  readonly name: string;
  /** The option that sets it, undefined if none does. */
  readonly option: string | undefined;
  /** What is allowed, in the unit that `name` says. */
  readonly value: number;
  readonly reached: number;
  /** What has become of it: one stream, or one call, was refused; or the session ends. */
  readonly scope: 'stream' | 'call' | 'session';
  /** Of the stream refused. */
  readonly streamID: number | undefined;
}

/** `detail` of an entry with the name 'Http2Stream'. Times are milliseconds since `startTime`, 0 for never. */
export interface StreamDetail {
  /** Bytes of DATA received. */
  readonly bytesRead: number;
  /** Bytes of DATA sent. */
  readonly bytesWritten: number;
  readonly id: number;
  readonly timeToFirstByte: number;
  readonly timeToFirstByteSent: number;
  readonly timeToFirstHeader: number;
}

/** `detail` of an entry with the name 'Http2Session'. */
export interface SessionDetail {
  /** Bytes sent on the connection. */
  readonly bytesWritten: number;
  readonly bytesRead: number;
  readonly framesReceived: number;
  readonly framesSent: number;
  /** Streams open at once, at most. */
  readonly maxConcurrentStreams: number;
  /** Milliseconds until the last PING was answered; not there without one. */
  readonly pingRTT?: number;
  /** Milliseconds. */
  readonly streamAverageDuration: number;
  readonly streamCount: number;
  readonly type: 'server' | 'client';
}

/** An entry of a stream that has ended. What is in `detail` can be read from the entry itself too. */
export interface StreamEntry extends PerformanceEntry, StreamDetail {
  readonly name: 'Http2Stream';
  readonly entryType: 'http2';
  readonly detail: StreamDetail;
}

/** An entry of a session that has ended. What is in `detail` can be read from the entry itself too. */
export interface SessionEntry extends PerformanceEntry, SessionDetail {
  readonly name: 'Http2Session';
  readonly entryType: 'http2';
  readonly detail: SessionDetail;
}

/** An entry of type 'http2'. Its `name` says which. */
export type Http2PerformanceEntry = StreamEntry | SessionEntry;

/** What an observer's callback is given: that of Node, with entries of type 'http2'. */
export interface EntryList extends PerformanceObserverEntryList {
  /** In the order of their `startTime`. */
  getEntries(): PerformanceEntry[];
  getEntriesByType(type: 'http2'): Http2PerformanceEntry[];
  getEntriesByType(type: EntryType): PerformanceEntry[];
  getEntriesByName(name: 'Http2Stream', type: 'http2'): StreamEntry[];
  getEntriesByName(name: 'Http2Session', type: 'http2'): SessionEntry[];
  getEntriesByName(name: string, type?: EntryType): PerformanceEntry[];
}

/** Frames by their type (RFC 9113, section 6); ALTSVC, ORIGIN and unknown ones are `other`. */
export interface FrameCounts {
  readonly total: number;
  readonly data: number;
  readonly headers: number;
  readonly priority: number;
  readonly rstStream: number;
  readonly settings: number;
  readonly pushPromise: number;
  readonly ping: number;
  readonly goaway: number;
  readonly windowUpdate: number;
  /** Received only: blocks that are sent count as one frame. */
  readonly continuation: number;
  readonly other: number;
}

/** How well HPACK (RFC 7541) did in one direction. */
export interface Compression {
  /** Bytes of names and values. */
  readonly fields: number;
  /** Bytes of the frames that carried them. */
  readonly frames: number;
  /** `frames` divided by `fields`; 0 before the first block. Small is good. */
  readonly ratio: number;
}

/** What one session, or all of them, have counted. */
export interface Traffic {
  /** Bytes on the connection, those of TLS not counted. */
  readonly bytes: { readonly received: number; readonly sent: number };
  /** Bytes of DATA, padding not counted. */
  readonly data: { readonly received: number; readonly sent: number };
  readonly frames: { readonly received: FrameCounts; readonly sent: FrameCounts };
  readonly streams: {
    readonly open: number;
    /** Requests made and pushes promised here. */
    readonly openedHere: number;
    readonly openedByPeer: number;
    readonly closed: number;
    /** By a limit of this side, also those that were let in and then passed one. */
    readonly refused: number;
    /** RST_STREAM frames. */
    readonly resetReceived: number;
    readonly resetSent: number;
  };
  /** Header values of the peer that did not have to be decoded again, and those that had. */
  readonly headerCache: { readonly hits: number; readonly misses: number; readonly entries: number; readonly bytes: number };
  readonly compression: { readonly received: Compression; readonly sent: Compression };
  readonly flowControl: {
    /** How often a stream had something to send and the peer's window (its own or the connection's) let nothing out. */
    readonly stalls: number;
    /** Milliseconds of it, of all streams together, those that wait now included. */
    readonly stalledTime: number;
    /** Streams that wait now. */
    readonly stalledStreams: number;
  };
  /** Bytes outside of JavaScript's heap. */
  readonly memory: {
    /** What `maxSessionMemory` counts: all of the following, and the streams. */
    readonly total: number;
    readonly nghttp2: number;
    /** Header blocks of open streams. */
    readonly headers: number;
    /** Written and not sent yet; large chunks are in JavaScript's memory. */
    readonly queued: number;
    /** Received and not read yet, with its overhead; it is in JavaScript's memory. */
    readonly unread: number;
  };
}

/** How near a limit is. */
export interface LimitUse {
  readonly reached: number;
  /** What is allowed. */
  readonly value: number;
  /** `reached` divided by `value`. */
  readonly ratio: number;
}

/** What `session.stats()` gives. */
export interface SessionStats extends Traffic {
  readonly type: 'server' | 'client';
  /** Milliseconds since the connection stood. */
  readonly age: number;
  /** Streams open at once, at most. */
  readonly peakStreams: number;
  /** Milliseconds until the last PING was answered, undefined without one. */
  readonly pingRTT: number | undefined;
  /** By the option that sets each (docs/limits.md); empty before the session is connected. */
  readonly limits: { readonly [option: string]: LimitUse };
}

/** What `duetto.stats()` gives: all sessions of this thread, those that are gone too. */
export interface TotalStats extends Traffic {
  readonly sessions: { readonly open: number; readonly opened: number };
}

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
  readonly stream: builtin.Http2Stream | undefined;
}

/** What `duetto.session.settings` gives: settings came into force. */
export interface SettingsMessage {
  readonly session: Http2Session;
  /** Whose: 'local' ones are acknowledged by the peer, 'remote' ones were received. */
  readonly side: 'local' | 'remote';
  readonly settings: builtin.Settings;
  /** Those in force before; undefined for the first. */
  readonly previous: builtin.Settings | undefined;
}

type LimitListener = (limit: LimitDetails, stream: builtin.Http2Stream | undefined) => void;

/** What sessions have beyond those of node:http2. */
export interface SessionAdditions {
  /** What the session has counted so far, and how near its limits are; its last numbers once it is destroyed. */
  stats(): SessionStats;
  addListener(event: 'limit', listener: LimitListener): this;
  on(event: 'limit', listener: LimitListener): this;
  once(event: 'limit', listener: LimitListener): this;
  prependListener(event: 'limit', listener: LimitListener): this;
  prependOnceListener(event: 'limit', listener: LimitListener): this;
}

export type Http2Session = SessionAdditions & builtin.Http2Session;
