// Frames made by hand, for clients that are to cost as little as possible.

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(type, flags, id, payload = Buffer.alloc(0)) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

/** A field without index and without Huffman coding (RFC 7541, section 6.2.2), neither part longer than 126 octets. */
export function field(name, value) {
  return Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
}

const SETTINGS_TYPE = 4;
const ACK = 1;
export const SETTINGS = frame(SETTINGS_TYPE, 0, 0);
export const SETTINGS_ACK = frame(SETTINGS_TYPE, ACK, 0);
