// A certificate for this machine, made by itself: X.509 version 3 (RFC 5280), EC P-256, written in DER by hand.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Universal tags of ASN.1 (X.680); the last two are those of X.509's own fields. */
const Tag = {
  Boolean: 0x01, Integer: 0x02, BitString: 0x03, OctetString: 0x04, Oid: 0x06, Utf8String: 0x0c, UtcTime: 0x17,
  Sequence: 0x30, Set: 0x31, Version: 0xa0, Extensions: 0xa3,
};
/** Tags of the choices of GeneralName (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length, ...size]), content]);
}

function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift(0x80 | (left & 0x7f));
    bytes.push(...digits);
  }
  return der(Tag.Oid, bytes);
}

function utcTime(milliseconds) {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '');
  return der(Tag.UtcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function extension(id, critical, value) {
  return der(Tag.Sequence, oid(id), critical ? der(Tag.Boolean, [0xff]) : [], der(Tag.OctetString, value));
}

function commonName(name) {
  return der(Tag.Sequence, der(Tag.Set, der(Tag.Sequence, oid('2.5.4.3'), der(Tag.Utf8String, Buffer.from(name)))));
}

function pem(label, bytes) {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

/**
 * A key and a self-signed certificate for localhost, 127.0.0.1 and ::1, good for a week.
 *
 * @returns {{ key: string, cert: string, fingerprint: string }} in PEM; the fingerprint is SHA-256
 */
export function selfSigned(name = 'duetto demo') {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(Tag.Sequence, oid('1.2.840.10045.4.3.2'));
  const serial = randomBytes(16);
  serial[0] = (serial[0] & 0x3f) | 0x40; // positive, and no leading zero
  const now = Date.now();
  const toBeSigned = der(Tag.Sequence,
    der(Tag.Version, der(Tag.Integer, [2])),
    der(Tag.Integer, serial),
    ecdsaWithSha256,
    commonName(name),
    der(Tag.Sequence, utcTime(now - HOUR), utcTime(now + 7 * DAY)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(Tag.Extensions, der(Tag.Sequence,
      extension('2.5.29.19', true, der(Tag.Sequence)), // basic constraints: no authority
      extension('2.5.29.15', true, der(Tag.BitString, [7, 0x80])), // key usage: digital signature
      extension('2.5.29.37', false, der(Tag.Sequence, oid('1.3.6.1.5.5.7.3.1'))), // extended: server
      extension('2.5.29.17', false, der(Tag.Sequence, // subject alternative names
        der(DNS_NAME, Buffer.from('localhost')),
        der(IP_ADDRESS, [127, 0, 0, 1]),
        der(IP_ADDRESS, [...new Array(15).fill(0), 1]))))));
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = der(Tag.Sequence, toBeSigned, ecdsaWithSha256, der(Tag.BitString, [0], signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: pem('CERTIFICATE', certificate),
    fingerprint: createHash('sha256').update(certificate).digest('hex').toUpperCase().replace(/..(?=.)/g, '$&:'),
  };
}
