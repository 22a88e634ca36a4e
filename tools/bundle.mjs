// Puts what require('duetto') loads into one file, index.js, after the TypeScript is compiled: a hundred files are
// found, read and compiled one after another, which takes Node longer than all else at start. Modules stay as they are
// inside; those of which a process has one, however many engines it loads, stay files of their own.

import { renameSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { rolldown } from 'rolldown';

/** See lib/engine/instances.ts. */
const isShared = (folder, file) => file.startsWith(join(folder, 'engine') + sep) || ['symbols.js', 'builtin.js', 'constants.js'].some((name) => file === join(folder, name));

/** Bundles the index.js of a folder that has what lib/ is compiled to. */
export async function bundle(folder) {
  const entry = join(folder, 'index.js');
  const made = await rolldown({
    input: entry,
    // The names of modules in the output are relative to it.
    cwd: dirname(folder),
    platform: 'node',
    logLevel: 'warn',
    external: (id, importer) => {
      if (id.startsWith('.')) return importer !== undefined && isShared(folder, resolve(dirname(importer), id));
      return !id.startsWith(sep) || isShared(folder, id);
    },
  });
  const temporary = `${entry}.bundled`;
  await made.write({ file: temporary, format: 'cjs', comments: false });
  renameSync(temporary, entry);
}
