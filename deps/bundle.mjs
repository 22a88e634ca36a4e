#!/usr/bin/env node
// Puts what require('duetto') loads into one file, dist/index.js, after the TypeScript is compiled: a hundred files are
// found, read and compiled one after another, which takes Node longer than all else at start. Modules stay as they are
// inside; those of which a process has one, however many engines it loads, stay files of their own.

import { renameSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const entry = join(dist, 'index.js');

/** See lib/engine/instances.ts. */
const shared = (file) => file.startsWith(join(dist, 'engine') + sep) || ['symbols.js', 'builtin.js'].some((name) => file === join(dist, name)) || file === join(dist, 'constants.js');

const bundle = await rolldown({
  input: entry,
  platform: 'node',
  logLevel: 'warn',
  external: (id, importer) => {
    if (id.startsWith('.')) return importer !== undefined && shared(resolve(dirname(importer), id));
    return !id.startsWith(sep) || shared(id);
  },
});
const temporary = `${entry}.bundled`;
await bundle.write({ file: temporary, format: 'cjs', comments: false });
renameSync(temporary, entry);
