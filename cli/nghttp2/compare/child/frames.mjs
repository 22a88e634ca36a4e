// Frames, octet by octet (RFC 9113, section 6; RFC 7541 without index and without Huffman coding).

export const Type = {
  Data: 0, Headers: 1, Priority: 2, RstStream: 3, Settings: 4, PushPromise: 5, Ping: 6, Goaway: 7, WindowUpdate: 8,
  Continuation: 9, Altsvc: 10, Origin: 12, PriorityUpdate: 16,
};
export const Flag = { Ack: 1, EndStream: 1, EndHeaders: 4, Padded: 8, Priority: 0x20 };
export const Code = { NoError: 0, ProtocolError: 1, Cancel: 8 };

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(type, flags, id, payload = Buffer.alloc(0), length = payload.length) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

export function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** RFC 7541, section 5.1. */
function integer(value, bits, first) {
  const most = (1 << bits) - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  for (value -= most; value >= 128; value >>= 7) bytes.push((value & 127) | 128);
  bytes.push(value);
  return Buffer.from(bytes);
}

/** A field as RFC 7541, section 6.2.2, writes it. */
export function field(name, value) {
  const text = (string) => {
    const bytes = Buffer.from(string, 'latin1');
    return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
  };
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** Fields as an object, or as pairs where a name comes twice. */
export function block(fields) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  return Buffer.concat(pairs.map(([name, value]) => field(name, value)));
}

export const request = (more = {}, method = 'GET') =>
  ({ ':method': method, ':scheme': 'http', ':authority': 'localhost', ':path': '/', ...more });

export const headers = (id, fields, flags = Flag.EndHeaders | Flag.EndStream) =>
  frame(Type.Headers, flags, id, Buffer.isBuffer(fields) ? fields : block(fields));

export const data = (id, payload, flags = 0) => frame(Type.Data, flags, id, Buffer.from(payload));
export const ping = (payload = 'settled!', flags = 0) => frame(Type.Ping, flags, 0, Buffer.from(payload));
export const reset = (id, code) => frame(Type.RstStream, 0, id, uint32(code));
export const windowUpdate = (id, increment) => frame(Type.WindowUpdate, 0, id, uint32(increment));
export const priority = (id, parent, weight) => frame(Type.Priority, 0, id, Buffer.concat([uint32(parent), Buffer.from([weight - 1])]));
export const settingsAck = frame(Type.Settings, Flag.Ack, 0);

/** Settings as pairs of identifier and value. */
export function settings(...pairs) {
  return frame(Type.Settings, 0, 0, Buffer.concat(pairs.map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(id, 0);
    entry.writeUInt32BE(value >>> 0, 2);
    return entry;
  })));
}

/** Whole frames of a run of octets, and what is left of it. */
export function cut(bytes) {
  const frames = [];
  let at = 0;
  while (at + 9 <= bytes.length) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({ type: bytes[at + 3], flags: bytes[at + 4], id: bytes.readUInt32BE(at + 5), payload: bytes.subarray(at + 9, end) });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
