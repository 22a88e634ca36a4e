'use strict';

// Loaded before a user's script: http2 is the engine's, and what happens is written down when the process ends.

const { writeFileSync } = require('node:fs');
const path = require('node:path');

const dist = path.join(__dirname, '../../../../dist');
require(path.join(dist, 'register', 'index.js'));
const recorder = require('./recorder.cjs').recorderOf(dist);

const { DUETTO_COMPARE_RESULT: file } = process.env;
delete process.env.DUETTO_COMPARE_RESULT;

process.on('exit', () => writeFileSync(file, JSON.stringify(recorder.result())));
// Patience is over, or Ctrl-C: what was seen so far counts.
process.on('SIGTERM', () => process.exit(143));
