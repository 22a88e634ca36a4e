import type { NativeSession } from '../binding/contract.js';
import { OptionIndex } from '../binding/records.js';
import { debugging } from '../debugging.js';
import { ERR_HTTP2_INVALID_SETTING_VALUE_RANGE } from '../errors/index.js';
import type { AdditionalOptions } from './additional-options.js';

/** Options of a session that the core takes. */
export interface NativeOptions extends Pick<AdditionalOptions,
  'maxContinuations' | 'maxOutboundAcks' | 'maxOutboundFrames' | 'maxEmptyFrames' | 'glitchBurst' | 'glitchRate'> {
  /** Bytes of the HPACK table used for sending, at most (RFC 7541, section 4.2), 0 to 2^32-1. Default 4096. */
  maxDeflateDynamicTableSize?: number | undefined;
  /** Megabytes (10^6 bytes) that a session may use, from 1. Default 10. Beyond, new streams are refused with ENHANCE_YOUR_CALM. */
  maxSessionMemory?: number | undefined;
  /**
   * Fields in a header block, at most, from 4 on a server and 1 on a client. Default 128. Beyond, the stream is refused with
   * ENHANCE_YOUR_CALM.
   */
  maxHeaderListPairs?: number | undefined;
  /** Pushes that may wait for their response, 0 to 2^32-1; below zero as many as there can be. Default 200. Beyond, they are cancelled. */
  maxReservedRemoteStreams?: number | undefined;
  /** Bytes of a header block that may be sent, before compression. Default 65536. Beyond, 'frameError' is emitted and the stream fails. */
  maxSendHeaderBlockLength?: number | undefined;
  /** One of `constants.PADDING_STRATEGY_*`. Default PADDING_STRATEGY_NONE. */
  paddingStrategy?: number | undefined;
  /** Streams that the peer is taken to allow before its SETTINGS arrive, 0 to 2^32-1. Default 100. More wait. */
  peerMaxConcurrentStreams?: number | undefined;
  /** Entries of a SETTINGS frame, from 1. Default 32. Beyond, the session ends with ENHANCE_YOUR_CALM. */
  maxSettings?: number | undefined;
  /** RST_STREAM frames that are tolerated each second beyond `streamResetBurst`, from 1. Default 33. Both must be given. */
  streamResetRate?: number | undefined;
  /** RST_STREAM frames that are tolerated at once, from 1. Default 1000. Beyond, the session ends with INTERNAL_ERROR. Servers only. */
  streamResetBurst?: number | undefined;
  /** Whether fields with white space around their value are errors (RFC 9113, section 8.2.1). Default true. */
  strictFieldWhitespaceValidation?: boolean | undefined;
  /**
   * Invalid frames in the life of a session, 0 to 2^32-1. Default 1000. Beyond, it ends with ERR_HTTP2_TOO_MANY_INVALID_FRAMES.
   */
  maxSessionInvalidFrames?: number | undefined;
  /** @internal Suspicious frames are counted by nghttp2, by its own rules, instead: to compare versions of it. */
  _glitchesOfNghttp2?: boolean | undefined;
  /** Streams refused in a row, 0 to 2^32-1. Default 100. Beyond, the session ends. */
  maxSessionRejectedStreams?: number | undefined;
}

const UINT32 = 2 ** 32 - 1;
/** An invalid frame is suspicious: ten for the reset that it brings about, and what it was itself. */
const GLITCHES_OF_INVALID = 20;
/** The core's own. */
const DEFAULT_GLITCH_BURST = 10_000;

/** The array of numbers that the native constructor takes. */
export function nativeOptions(options: NativeOptions): Float64Array {
  const values = new Float64Array(OptionIndex.Count).fill(NaN);
  const set = (index: OptionIndex, value: unknown, least = -Infinity): void => {
    // As in node:http2, where it wraps around: less than none is as many as there can be.
    if (typeof value === 'number') values[index] = value < 0 && least < 0 ? UINT32 : Math.max(least, value);
  };
  set(OptionIndex.MaxDeflateDynamicTableSize, options.maxDeflateDynamicTableSize);
  set(OptionIndex.MaxReservedRemoteStreams, options.maxReservedRemoteStreams);
  set(OptionIndex.MaxSendHeaderBlockLength, options.maxSendHeaderBlockLength);
  set(OptionIndex.PeerMaxConcurrentStreams, options.peerMaxConcurrentStreams);
  set(OptionIndex.PaddingStrategy, options.paddingStrategy, 0);
  set(OptionIndex.MaxHeaderListPairs, options.maxHeaderListPairs);
  set(OptionIndex.MaxSettings, options.maxSettings, 1);
  set(OptionIndex.MaxSessionMemory, options.maxSessionMemory, 1);
  set(OptionIndex.StreamResetRate, options.streamResetRate, 1);
  set(OptionIndex.StreamResetBurst, options.streamResetBurst, 1);
  set(OptionIndex.MaxInvalidFrames, options.maxSessionInvalidFrames);
  set(OptionIndex.MaxRejectedStreams, options.maxSessionRejectedStreams);
  set(OptionIndex.MaxContinuations, options.maxContinuations);
  set(OptionIndex.MaxOutboundAcks, options.maxOutboundAcks, 1);
  set(OptionIndex.MaxOutboundFrames, options.maxOutboundFrames, 1);
  set(OptionIndex.MaxEmptyFrames, options.maxEmptyFrames);
  set(OptionIndex.GlitchBurst, options.glitchBurst ?? glitchBurstFor(options.maxSessionInvalidFrames), 1);
  set(OptionIndex.GlitchRate, options.glitchRate);
  if (options._glitchesOfNghttp2 === true) values[OptionIndex.GlitchesOfNghttp2] = 1;
  if (typeof options.strictFieldWhitespaceValidation === 'boolean')
    values[OptionIndex.LenientWhitespace] = options.strictFieldWhitespaceValidation ? 0 : 1;
  if (debugging()) values[OptionIndex.Trace] = 1;
  return values;
}

/** Whoever allows so many invalid frames means that many, and the other limit must not come first. */
function glitchBurstFor(maxSessionInvalidFrames: unknown): number | undefined {
  if (typeof maxSessionInvalidFrames !== 'number') return undefined;
  return Math.min(UINT32, Math.max(DEFAULT_GLITCH_BURST, GLITCHES_OF_INVALID * (maxSessionInvalidFrames + 1)));
}

/**
 * Which custom settings of the peer are reported.
 *
 * @throws ERR_HTTP2_INVALID_SETTING_VALUE for what is no identifier
 */
export function watchRemoteSettings(native: NativeSession, ids: readonly unknown[] | undefined): void {
  for (const id of ids ?? []) {
    if (!(typeof id === 'number' && id >= 0 && id <= 0xffff))
      throw new ERR_HTTP2_INVALID_SETTING_VALUE_RANGE('Range Error', id, 0, 0xffff);
    native.watchRemoteSetting(id);
  }
}
