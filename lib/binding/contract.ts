/** The native half of a session. Numbers that are negative are nghttp2 error codes. */
export interface NativeSession {
  /** What the calls of the binding know it by. */
  readonly number: number;

  /**
   * Feeds a portion of the first `length` bytes of `chunk`, from `from` on; the batch says where it ended. With `hold` it
   * ends before a frame that opens a stream. Gives the integers now in the batch, negative if the batch has moved.
   */
  receive(chunk: Uint8Array, from: number, length: number, hold: boolean, batch: number): number;
  /**
   * Fills `out` with frames, behind `from` bytes that are in it already. With a socket's descriptor (negative: none) an
   * output that has no segments is written to it, as far as it takes it; not yet, if `hold` is set and the batch says
   * that more may follow.
   */
  pull(out: Uint8Array, from: number, batch: number, fd: number, hold: boolean): number;

  request(text: string, count: number, end: boolean, parent: number, weight: number, exclusive: boolean): number;
  respond(id: number, text: string, count: number, end: boolean): number;
  inform(id: number, text: string, count: number): number;
  push(id: number, text: string, count: number): number;
  trailers(id: number, text: string, count: number): number;
  /** A small write, copied: the first `length` bytes of `chunk`. */
  writeCopy(id: number, chunk: Uint8Array, length: number, flags: number): boolean;
  /** A small write of a string, which has at most `most` bytes as UTF-8. */
  writeText(id: number, text: string, most: number, flags: number): boolean;
  /** A large write: the bytes stay here, until a segment record asks for them. */
  writeExternal(id: number, length: number, flags: number): boolean;
  finishWrite(id: number, flags: number): boolean;
  reset(id: number, code: number): number;
  detach(id: number): number;
  /** `held` is the memory of what the reader was given and has not taken. */
  setReading(id: number, reading: boolean, held: number): number;
  prioritize(id: number, parent: number, weight: number, exclusive: boolean, silent: boolean): number;

  settings(pairs: Float64Array, count: number): number;
  ping(payload: Uint8Array): number;
  goaway(code: number, lastStreamId: number, opaqueData: Uint8Array | undefined): number;
  /** The last GOAWAY, with debug data; repeats one that nghttp2 has sent by itself. */
  explain(code: number, opaqueData: Uint8Array): number;
  /** GOAWAY, and the end; `lastStreamId` is the last of the peer's streams that was processed, negative: all received. */
  terminate(code: number, lastStreamId: number): number;
  altsvc(id: number, origin: string, value: string): number;
  origin(text: string, count: number): number;
  setNextStreamId(id: number): number;
  setLocalWindowSize(size: number): number;
  /** An error if they are more than ten. */
  watchRemoteSetting(id: number): number;
  setting(id: number, remote: boolean): number;
  /** `out` has `StateField.Count` numbers. False once destroyed. */
  state(out: Float64Array): boolean;
  /** `out` has `StreamStateField.Count` numbers. False if nghttp2 does not know the stream (any more). */
  streamState(id: number, out: Float64Array): boolean;
  /** `out` has `Stat.Count` numbers. False once destroyed. */
  stats(out: Float64Array): boolean;
  /** Frames as lines of text, since the last call. */
  takeTrace(): string;
  /** For each GOAWAY since the last call, values as `GoawayField` has them. */
  takeGoaways(): unknown[];
  /**
   * For each stream that has ended since the last call, numbers as `MeasuredField` has them.
   *
   * @param open also for those that are open; their measurement ends
   */
  takeMeasurements(open: boolean): Float64Array;
  destroy(): void;
}

export { WriteFlag } from './records.js';

type Called = 'receive' | 'pull' | 'request' | 'respond' | 'writeCopy' | 'writeText' | 'writeExternal' | 'finishWrite' |
  'detach' | 'setReading';

/** Methods of `NativeSession` as functions of the session's number: they are called for each request. */
export type NativeCalls = {
  [name in Called]: (session: number, ...given: Parameters<NativeSession[name]>) => ReturnType<NativeSession[name]>;
};

/** What the addon exports. */
export interface NativeBinding extends NativeCalls {
  readonly version: string;
  /** Names of the patches built in, separated by commas. */
  readonly patches: string;
  /** The checksum of the sources of nghttp2 that were built in, as `deps/` has it. */
  readonly tree: string;
  /** Whether this nghttp2 still does RFC 7540 priorities (before 1.65). */
  readonly hasPriorities: boolean;
  /** Lacks the methods of `NativeCalls`, which `withMethods` adds. */
  readonly Session: new (role: number, options: Float64Array) => NativeSession;
  /** Reads HPACK on its own, for tools that show frames. */
  readonly Inflater: new () => {
    /** One whole block: names and values by turns, or nghttp2's error as a number. */
    inflate(block: Uint8Array): string[] | number;
    /** The size of the table, in bytes, that the writer may use from now on. */
    resize(bytes: number): number;
  };
  /**
   * The arrays that the addon enters header strings into. There is one pair for all copies of the JavaScript; the first
   * copy's names are entered at once.
   */
  bindStrings(wellKnown: string[]): [names: string[], staticValues: string[]];
  /** Its memory is held by the caller, and with it the number. */
  createBatch(ints: ArrayBuffer, bytes: ArrayBuffer): number;
  lendBatch(batch: number, ints: ArrayBuffer, bytes: ArrayBuffer): void;
  batchMemory(batch: number): [ints: ArrayBuffer, bytes: ArrayBuffer];
  errorString(code: number): string;
  /** Streams read the clock while a copy of the JavaScript wants it: each says so when it begins and when it stops. */
  setMeasuring(on: boolean): void;
  /** All sessions of this environment; `out` has `Stat.TotalCount` numbers. */
  stats(out: Float64Array): void;
  /** Bytes that all sessions of this thread may use, 0 for any. */
  setMemoryLimit(bytes: number): void;
  /** Nanoseconds of the monotonic clock. */
  now(): number;
  /**
   * Writes pieces `from` to `to` (exclusive) of a plan to a socket: three numbers each, index into `chunks`, offset and
   * length. Gives the bytes that it took, or -errno.
   */
  sendPieces(fd: number, chunks: Uint8Array[], plan: Float64Array, from: number, to: number): number;
  /** Of what it was built to tell and be told: `DOOR_HASH` of records.ts, or the two do not belong together. */
  readonly doorHash: string;
}
