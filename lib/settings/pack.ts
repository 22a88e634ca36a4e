import { isArrayBufferView } from 'node:util/types';
import { constants } from '../constants.js';
import { ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH, ERR_INVALID_ARG_TYPE } from '../errors/index.js';
import { assertIsObject } from '../validate.js';
import { type Settings, settingsPairs, validateSettings } from './values.js';

/** Bytes of one entry: identifier and value (RFC 9113, section 6.5.1). */
const ENTRY = 6;

/**
 * The payload of a SETTINGS frame. In base64url it is the value of an HTTP2-Settings field.
 *
 * @throws ERR_HTTP2_INVALID_SETTING_VALUE, ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS, ERR_INVALID_ARG_TYPE
 */
export function getPackedSettings(settings?: Settings): Buffer {
  assertIsObject(settings, 'settings');
  validateSettings(settings);
  const pairs = settingsPairs({ ...settings });
  const packed = Buffer.allocUnsafe(pairs.length * ENTRY);
  pairs.forEach(([id, value], i) => {
    packed.writeUInt16BE(id, i * ENTRY);
    packed.writeUInt32BE(value, i * ENTRY + 2);
  });
  return packed;
}

/**
 * The settings of a packed payload.
 *
 * @param options.validate whether values out of range are an error
 * @throws ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH, ERR_HTTP2_INVALID_SETTING_VALUE, ERR_INVALID_ARG_TYPE
 */
export function getUnpackedSettings(buf: Uint8Array, options: { validate?: boolean } = {}): Settings {
  if (!isArrayBufferView(buf) || (buf as { length?: unknown }).length === undefined)
    throw new ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray'], buf);
  if (buf.length % ENTRY !== 0) throw new ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH();
  const settings: Settings = {};
  for (let at = 0; at < buf.length; at += ENTRY) {
    const id = (buf[at]! << 8) | buf[at + 1]!;
    const value = buf[at + 2]! * 2 ** 24 + ((buf[at + 3]! << 16) | (buf[at + 4]! << 8) | buf[at + 5]!);
    set(settings, id, value);
  }
  if (options?.validate) validateSettings(settings);
  return settings;
}

function set(settings: Settings, id: number, value: number): void {
  switch (id) {
    case constants.NGHTTP2_SETTINGS_HEADER_TABLE_SIZE: settings.headerTableSize = value; break;
    case constants.NGHTTP2_SETTINGS_ENABLE_PUSH: settings.enablePush = value !== 0; break;
    case constants.NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS: settings.maxConcurrentStreams = value; break;
    case constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE: settings.initialWindowSize = value; break;
    case constants.NGHTTP2_SETTINGS_MAX_FRAME_SIZE: settings.maxFrameSize = value; break;
    case constants.NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE:
      settings.maxHeaderSize = settings.maxHeaderListSize = value;
      break;
    case constants.NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL: settings.enableConnectProtocol = value !== 0; break;
    default: (settings.customSettings ??= {})[id] = value;
  }
}
