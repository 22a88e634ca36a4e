// Header blocks as the core has recorded them.

const LITERAL = -1;

/** A batch as `decodeHeaders` reads it: `known` values have numbers, the others are literals. */
function record(names, fields, known) {
  const ints = [];
  const bytes = [];
  const values = [];
  let length = 0;
  for (const [name, value] of fields) {
    ints.push(names.indexOf(name) << 1);
    if (known) {
      values.push(value);
      ints.push((values.length - 1) << 1 | 1);
    } else {
      ints.push(LITERAL, value.length);
      bytes.push(Buffer.from(value));
      length += value.length;
    }
  }
  return { batch: { ints: Int32Array.from(ints), bytes: Buffer.concat(bytes, length) }, count: fields.length, values };
}

const wanted = [
  [':method', 'GET'], [':scheme', 'https'], [':authority', 'example.org'], [':path', '/a/page'], ['accept', '*/*'],
  ['accept-encoding', 'gzip, br'], ['accept-language', 'en'], ['cookie', 'session=0123456789abcdef'],
  ['user-agent', 'bench/1.0'], ['referer', 'https://example.org/'], ['cache-control', 'no-cache'],
  ['authorization', 'Bearer abcdefghijklmnop'],
];

export default function parts(load) {
  const { decodeHeaders } = load('headers/decode.js');
  const { names } = load('binding/strings.js');
  return [[true, 'seen before'], [false, 'literals']].map(([known, what]) => {
    const { batch, count, values } = record(names, wanted, known);
    return [`decode: ${count} fields, ${what}`, () => decodeHeaders(batch, 0, count, 0, values)];
  });
}
