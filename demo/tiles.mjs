// The picture that comes in pieces: a Julia set, each tile a PNG written by hand (the PNG specification, section 5).

import * as zlib from 'node:zlib';

export const COLUMNS = 16;
export const ROWS = 12;
export const TILE = 48;

const WIDTH = COLUMNS * TILE;
const HEIGHT = ROWS * TILE;
const STEPS = 180;
/** The constant of z² + c. */
const CX = -0.7435;
const CY = 0.1314;

const palette = makePalette();
const drawn = new Map();

/** @returns {Buffer} the PNG of the tile in this column and row */
export function tile(column, row) {
  const key = row * COLUMNS + column;
  let png = drawn.get(key);
  if (png === undefined) drawn.set(key, png = encode(pixels(column * TILE, row * TILE)));
  return png;
}

/** How long the server pretends to work for a tile, in milliseconds: always the same for the same tile. */
export function delayOf(column, row) {
  return 40 + ((column * 73 + row * 151) % 17) * 10;
}

function pixels(left, top) {
  const rows = Buffer.alloc(TILE * (1 + TILE * 3));
  let at = 0;
  for (let y = 0; y < TILE; y++) {
    rows[at++] = 0; // no filter
    for (let x = 0; x < TILE; x++) {
      const [r, g, b] = palette[escape(left + x, top + y)];
      rows[at++] = r;
      rows[at++] = g;
      rows[at++] = b;
    }
  }
  return rows;
}

/** Steps until the point leaves, smoothed, as an index into the palette. */
function escape(px, py) {
  let x = (px - WIDTH / 2) / (WIDTH / 3.1);
  let y = (py - HEIGHT / 2) / (WIDTH / 3.1);
  for (let step = 0; step < STEPS; step++) {
    const xx = x * x;
    const yy = y * y;
    if (xx + yy > 64) {
      const smooth = step + 1 - Math.log2(Math.log2(xx + yy) / 2);
      return Math.min(palette.length - 1, Math.max(0, Math.floor(Math.sqrt(smooth / STEPS) * palette.length)));
    }
    y = 2 * x * y + CY;
    x = xx - yy + CX;
  }
  return palette.length - 1;
}

function makePalette() {
  const stops = [
    [0, [12, 18, 38]], [0.22, [24, 58, 110]], [0.42, [38, 132, 160]], [0.6, [120, 205, 170]], [0.78, [252, 214, 120]],
    [0.92, [236, 112, 84]], [1, [70, 24, 66]],
  ];
  return Array.from({ length: 512 }, (_, i) => {
    const at = i / 511;
    const next = Math.max(1, stops.findIndex(([position]) => position >= at));
    const [from, low] = stops[next - 1];
    const [to, high] = stops[next];
    return low.map((value, channel) => Math.round(value + (high[channel] - value) * ((at - from) / (to - from))));
  });
}

function encode(rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(TILE, 0);
  header.writeUInt32BE(TILE, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits each of red, green and blue
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Node has it from 20.15 and 22.2. */
function crc32(bytes) {
  if (zlib.crc32 !== undefined) return zlib.crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
