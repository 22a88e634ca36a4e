import fs = require('node:fs');
import path = require('node:path');

// An engine that was built from other C++ sources than those of this version does not fit it, and would be read wrongly.
// deps/lib/engine.mjs writes the same sum into engine.json; a test holds the two together.

const FOLDERS = ['native', 'native/core', 'native/napi'];

/** One sum over the addon's sources in the package's folder; undefined where they are not, as in a bundle. */
export function sourcesSum(root: string): string | undefined {
  // Seldom needed, and a tenth of the time that loading duetto takes.
  const { createHash } = require('node:crypto') as typeof import('node:crypto');
  const hash = createHash('sha256');
  try {
    for (const folder of FOLDERS) {
      for (const name of fs.readdirSync(path.join(root, folder)).sort()) {
        if (/\.(cc|h)$/.test(name)) hash.update(`${folder}/${name}\0`).update(fs.readFileSync(path.join(root, folder, name)));
      }
    }
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
