import { constants } from '../constants.js';
import {
  ERR_HTTP2_INVALID_SETTING_VALUE,
  ERR_HTTP2_INVALID_SETTING_VALUE_RANGE,
  ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS,
} from '../errors/index.js';
import { assertIsObject, assertWithinRange } from '../validate.js';

/** SETTINGS of RFC 9113, section 6.5.2, RFC 8441, section 3, and any others by their identifier. */
export interface Settings {
  /** Bytes of the HPACK table, 0 to 2^32-1. Default 4096. */
  headerTableSize?: number | undefined;
  /** Whether push is allowed. Default true. */
  enablePush?: boolean | undefined;
  /** Bytes of a stream's flow-control window at its start, 0 to 2^31-1. Default 65535. */
  initialWindowSize?: number | undefined;
  /** Bytes of the largest frame payload, 16384 to 2^24-1. Default 16384. */
  maxFrameSize?: number | undefined;
  /** 0 to 2^32-1. Default: no limit, given as 2^32-1. */
  maxConcurrentStreams?: number | undefined;
  /** Bytes of a header list before compression, 0 to 2^32-1. */
  maxHeaderListSize?: number | undefined;
  /** Another name for `maxHeaderListSize`; it wins where both are given. */
  maxHeaderSize?: number | undefined;
  /** Extended CONNECT. Default false. */
  enableConnectProtocol?: boolean | undefined;
  /** Identifier (1 to 65535) to value, at most ten. */
  customSettings?: Record<string | number, number> | undefined;
}

/** As node:http2's MAX_ADDITIONAL_SETTINGS. */
export const MAX_CUSTOM_SETTINGS = 10;

const UINT32 = 2 ** 32 - 1;
const INT32 = 2 ** 31 - 1;
const MAX_FRAME_SIZE = 2 ** 24 - 1;
const MIN_FRAME_SIZE = 2 ** 14;

const ID = {
  headerTableSize: constants.NGHTTP2_SETTINGS_HEADER_TABLE_SIZE,
  enablePush: constants.NGHTTP2_SETTINGS_ENABLE_PUSH,
  maxConcurrentStreams: constants.NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
  initialWindowSize: constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
  maxFrameSize: constants.NGHTTP2_SETTINGS_MAX_FRAME_SIZE,
  maxHeaderListSize: constants.NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
  enableConnectProtocol: constants.NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL,
} as const;

/** @throws ERR_HTTP2_INVALID_SETTING_VALUE naming the setting, ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS */
export function validateSettings(settings: Settings | undefined): void {
  if (settings === undefined) return;
  assertIsObject(settings.customSettings, 'customSettings', 'Number');
  if (settings.customSettings) {
    const entries = Object.entries(settings.customSettings);
    if (entries.length > MAX_CUSTOM_SETTINGS) throw new ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS();
    for (const [id, value] of entries) {
      assertWithinRange('customSettings:id', Number(id), 0, 0xffff);
      assertWithinRange('customSettings:value', Number(value), 0, UINT32);
    }
  }
  checkNumber('headerTableSize', settings.headerTableSize, 0, UINT32);
  checkNumber('initialWindowSize', settings.initialWindowSize, 0, INT32);
  checkNumber('maxFrameSize', settings.maxFrameSize, MIN_FRAME_SIZE, MAX_FRAME_SIZE);
  checkNumber('maxConcurrentStreams', settings.maxConcurrentStreams, 0, UINT32);
  checkNumber('maxHeaderListSize', settings.maxHeaderListSize, 0, UINT32);
  checkNumber('maxHeaderSize', settings.maxHeaderSize, 0, UINT32);
  for (const name of ['enablePush', 'enableConnectProtocol'] as const) {
    const value: unknown = settings[name];
    if (value !== undefined && typeof value !== 'boolean') throw new ERR_HTTP2_INVALID_SETTING_VALUE(name, value);
  }
}

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  assertWithinRange(name, value, min, max);
  // No comparison finds it, and it would be sent as 0.
  if (Number.isNaN(value)) throw new ERR_HTTP2_INVALID_SETTING_VALUE_RANGE(name, value, min, max);
}

/** Identifier and value of each setting that is given, in the order of the identifiers. */
export function settingsPairs(settings: Settings): Array<[id: number, value: number]> {
  const pairs: Array<[number, number]> = [];
  for (const name of Object.keys(ID) as Array<keyof typeof ID>) {
    const value: unknown = name === 'maxHeaderListSize' ? headerListSize(settings) : settings[name];
    if (typeof value === 'number' || typeof value === 'boolean') pairs.push([ID[name], Number(value)]);
  }
  for (const [id, value] of customPairs(settings.customSettings)) {
    const known = pairs.find((pair) => pair[0] === id);
    if (known) known[1] = value;
    else pairs.push([id, value]);
  }
  return pairs;
}

function headerListSize(settings: Settings): number | undefined {
  const { maxHeaderListSize, maxHeaderSize } = settings;
  if (maxHeaderSize === undefined || maxHeaderSize === maxHeaderListSize) return maxHeaderListSize;
  process.emitWarning('settings.maxHeaderSize overwrite settings.maxHeaderListSize');
  return maxHeaderSize;
}

function customPairs(custom: Settings['customSettings']): Array<[number, number]> {
  if (typeof custom !== 'object' || custom === null) return [];
  const pairs: Array<[number, number]> = [];
  for (const key in custom) {
    const value = custom[key];
    if (typeof value !== 'number') continue;
    const id = Number(key);
    if (!(id > 0 && id <= 0xffff)) throw new ERR_HTTP2_INVALID_SETTING_VALUE_RANGE('Range Error', id, 0, 0xffff);
    if (!(value > 0 && value <= UINT32)) throw new ERR_HTTP2_INVALID_SETTING_VALUE_RANGE('Range Error', value, 0, UINT32);
    pairs.push([id, value]);
  }
  return pairs;
}

/**
 * The values that a session starts with, before anything is agreed.
 */
export function getDefaultSettings(): Settings {
  return Object.assign(Object.create(null) as Settings, {
    headerTableSize: constants.DEFAULT_SETTINGS_HEADER_TABLE_SIZE,
    enablePush: constants.DEFAULT_SETTINGS_ENABLE_PUSH === 1,
    initialWindowSize: constants.DEFAULT_SETTINGS_INITIAL_WINDOW_SIZE,
    maxFrameSize: constants.DEFAULT_SETTINGS_MAX_FRAME_SIZE,
    maxConcurrentStreams: constants.DEFAULT_SETTINGS_MAX_CONCURRENT_STREAMS,
    maxHeaderSize: constants.DEFAULT_SETTINGS_MAX_HEADER_LIST_SIZE,
    maxHeaderListSize: constants.DEFAULT_SETTINGS_MAX_HEADER_LIST_SIZE,
    enableConnectProtocol: Boolean(constants.DEFAULT_SETTINGS_ENABLE_CONNECT_PROTOCOL),
  });
}
