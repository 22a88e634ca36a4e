// HTTP/2 frames, byte by byte (RFC 9113, section 6), with header blocks that use neither the dynamic table nor Huffman coding
// (RFC 7541). The one place for all that makes or reads frames without nghttp2: the comparison of engines, tests, benches.

export const Type = {
  Data: 0, Headers: 1, Priority: 2, RstStream: 3, Settings: 4, PushPromise: 5, Ping: 6, Goaway: 7, WindowUpdate: 8,
  Continuation: 9, Altsvc: 10, Origin: 12, PriorityUpdate: 16,
};

/** Names as RFCs write them, by type. */
export const typeNames = Object.fromEntries(
  Object.entries(Type).map(([name, type]) => [type, name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()]));

export const Flag = { Ack: 1, EndStream: 1, EndHeaders: 4, Padded: 8, Priority: 0x20 };

/** RFC 9113, section 7. */
export const Code = {
  NoError: 0, ProtocolError: 1, InternalError: 2, FlowControlError: 3, SettingsTimeout: 4, StreamClosed: 5,
  FrameSizeError: 6, RefusedStream: 7, Cancel: 8, CompressionError: 9, ConnectError: 10, EnhanceYourCalm: 11,
};

/** What a client sends first (RFC 9113, section 3.4). */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Of a frame's header (RFC 9113, section 4.1). */
export const HEADER_LENGTH = 9;

/** @param length what the header says, if that is to be wrong */
export function frame(type, flags, id, payload = Buffer.alloc(0), length = payload.length) {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

export function uint32(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}

// -- header blocks --

/** RFC 7541, section 5.1. */
function integer(value, bits, first) {
  const most = (1 << bits) - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  for (value -= most; value >= 128; value >>= 7) bytes.push(value & 127 | 128);
  bytes.push(value);
  return Buffer.from(bytes);
}

/** RFC 7541, section 5.2. */
export function text(string) {
  const bytes = Buffer.from(string, 'latin1');
  return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
}

/** @param first the first byte: 0 without indexing, 0x10 never indexed, 0x40 to be indexed (RFC 7541, section 6.2) */
export function field(name, value, first = 0) {
  return Buffer.concat([Buffer.from([first]), text(name), text(value)]);
}

/** Fields as an object, or as pairs where a name comes twice. */
export function block(fields) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  return Buffer.concat(pairs.map(([name, value]) => field(name, value)));
}

/** The fields of a request. */
export const request = (more = {}, method = 'GET') =>
  ({ ':method': method, ':scheme': 'http', ':authority': 'localhost', ':path': '/', ...more });

export const requestBlock = (path = '/', more = {}) => block(request({ ':path': path, ...more }));

// -- frames --

/** @param fields as `block` takes them, or a block */
export const headers = (id, fields, flags = Flag.EndHeaders | Flag.EndStream) =>
  frame(Type.Headers, flags, id, fields instanceof Uint8Array ? fields : block(fields));

export const data = (id, payload, flags = 0) => frame(Type.Data, flags, id, Buffer.from(payload));

/** @param payload a string is filled up */
export const ping = (payload = 'settled!', flags = 0) =>
  frame(Type.Ping, flags, 0, typeof payload === 'string' ? Buffer.from(payload.padEnd(8, '.')) : payload);

export const reset = (id, code) => frame(Type.RstStream, 0, id, uint32(code));
export const windowUpdate = (id, increment) => frame(Type.WindowUpdate, 0, id, uint32(increment));
export const priority = (id, parent, weight) => frame(Type.Priority, 0, id, Buffer.concat([uint32(parent), Buffer.from([weight - 1])]));
export const goaway = (lastStreamId, code, debug = '') => frame(Type.Goaway, 0, 0, Buffer.concat([uint32(lastStreamId, code), Buffer.from(debug)]));
export const settingsAck = frame(Type.Settings, Flag.Ack, 0);

/** @param given pairs of identifier and value, or objects of them */
export function settings(...given) {
  const pairs = given.flatMap((one) => Array.isArray(one) ? [one] : Object.entries(one));
  return frame(Type.Settings, 0, 0, Buffer.concat(pairs.map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(Number(id), 0);
    entry.writeUInt32BE(value >>> 0, 2);
    return entry;
  })));
}

// -- reading --

/** Whole frames of a run of bytes, `most` at most, and what is left of it. Payloads are views. */
export function cut(bytes, most = Infinity) {
  const frames = [];
  let at = 0;
  while (frames.length < most && at + HEADER_LENGTH <= bytes.length) {
    const end = at + HEADER_LENGTH + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({ type: bytes[at + 3], flags: bytes[at + 4], id: bytes.readUInt32BE(at + 5) & 0x7fffffff, payload: bytes.subarray(at + HEADER_LENGTH, end) });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

/** Of a GOAWAY frame. */
export const goawayOf = ({ payload }) =>
  ({ lastStreamId: payload.readUInt32BE(0), code: payload.readUInt32BE(4), opaque: payload.toString('latin1', 8) });
