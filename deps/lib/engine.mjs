// What lies beside an addon and says which nghttp2 is in it: engine.json. The loader, `duetto nghttp2 list` and
// `duetto nghttp2 compare` read it.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Names of the functions that nghttp2.h exports, and its constants with their values. Comments say more than that, and
 * go first.
 */
export function declaredApi(header) {
  const code = header.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const functions = [...code.matchAll(/NGHTTP2_EXTERN\s[^;{]*?\b(nghttp2_\w+)\s*\(/g)].map(([, name]) => `${name}()`);
  const constants = [
    ...code.matchAll(/\b(NGHTTP2_[A-Z0-9_]+)\s*=\s*(-?(?:0[xX][0-9a-fA-F]+|\d+))/g),
    ...code.matchAll(/#\s*define\s+(NGHTTP2_[A-Z0-9_]+)[ \t]+(-?(?:0[xX][0-9a-fA-F]+|\d+))[uU]?[ \t]*$/gm),
  ].map(([, name, value]) => `${name} = ${Number(value)}`);
  return [...new Set([...functions, ...constants])].sort();
}

/** One sum over the addon's sources. lib/engine/sources.ts counts the same, to find out which engines are out of date. */
export function sourcesSum(project) {
  const hash = createHash('sha256');
  for (const folder of ['native', 'native/core', 'native/napi']) {
    for (const name of readdirSync(join(project, folder)).sort()) {
      if (/\.(cc|h)$/.test(name)) hash.update(`${folder}/${name}\0`).update(readFileSync(join(project, folder, name)));
    }
  }
  return hash.digest('hex');
}

/** Writes engine.json into the addon's folder. */
export function describeEngine(addon, { id, version, patches, tree, origin, root }, project) {
  const header = readFileSync(join(project, root, 'lib/includes/nghttp2/nghttp2.h'), 'utf8');
  const { name: _name, version: duetto } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const { kind, from, commit, changed, trust } = origin;
  const description = {
    format: 1, duetto, sources: sourcesSum(project), id, version, patches, tree,
    origin: { kind, from, commit, changed, trust }, api: declaredApi(header),
  };
  const file = join(dirname(addon), 'engine.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(description, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
