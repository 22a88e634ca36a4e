// Run with --expose-internals: reads a list of [code, variant, arguments] from stdin as JSON and prints the faces of
// the errors that Node itself makes of them.

import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { faceOf } from './error-face.mjs';

const require = createRequire(import.meta.url);
const { codes, AbortError, aggregateTwoErrors } = require('internal/errors');
const { NghttpError } = require('internal/http2/util');

function make(code, variant, args) {
  if (code === 'AbortError') return new AbortError(...args);
  if (code === 'NghttpError') return new NghttpError(...args);
  if (code === 'aggregateTwoErrors') return aggregateTwoErrors(new TypeError('inner'), new codes[args[0]]());
  return new (variant ? codes[code][variant] : codes[code])(...args);
}

const faces = JSON.parse(await text(process.stdin))
  .map(([code, variant, args]) => codes[code] || /^[A-Za-z]+$/.test(code) ? faceOf(make(code, variant, args)) : null);
const codeNames = Object.keys(codes).filter((code) => code.startsWith('ERR_HTTP2_'));
console.log(JSON.stringify({ faces, codeNames }));
