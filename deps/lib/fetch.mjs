// From a version or a name to a tree that can be built, and the description of it that the builds read.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findVersion } from './manifest.mjs';
import { bringNamed } from './named.mjs';
import { obtain } from './obtain.mjs';
import { DepsError, requireSha256, say, sha256 } from './util.mjs';
import { isTree, sourcesOf, treeSha256, versionOf, writeConfigHeader, writeTreeMark, writeVersionHeader } from './tree.mjs';
import { applyPatch } from './patch.mjs';
import { unpack } from './unpack.mjs';

/** Raised when a tree must be made again although its manifest entry is the same: this code has changed what it makes. */
const TREE_FORMAT = 4;

/** Where things are under the folder `root` (deps/ of the project, or a test's). */
export const places = (root) => ({
  root,
  downloads: join(root, 'download'),
  trees: join(root, 'nghttp2'),
  active: join(root, 'nghttp2', 'active.json'),
  description: (id) => join(root, 'nghttp2', id, 'source.json'),
});

/** Makes the tree for `name` unless it is there already, and (unless `activate` is false) makes it the active one. */
export async function fetchNghttp2(manifest, name, where, { sha256, activate = true, env = process.env, offline } = {}) {
  mkdirSync(where.trees, { recursive: true });
  const entry = findVersion(manifest, name);
  if (entry && sha256) throw new DepsError('--sha256 is for a tarball of your own; the manifest has the checksums of its versions');
  const description = entry ? await fetchEntry(entry, where, { patches: manifest.patches, env, offline }) : await fetchNamed(name, where, sha256);
  const text = JSON.stringify(description, null, 2) + '\n';
  if (activate && readIf(where.active) !== text) {
    writeFileSync(where.active, text);
    say(`${description.id} is the active one`);
  } else if (!description.made) {
    say(`${description.id} is up to date`);
  }
  return description;
}

const readIf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

async function fetchEntry(entry, where, { patches, env, offline }) {
  const fingerprint = sha256(JSON.stringify([TREE_FORMAT, entry]));
  const known = readIf(where.description(entry.version));
  if (known && JSON.parse(known).fingerprint === fingerprint) return reviewed(JSON.parse(known), entry, where);

  return inScratch(where, async (scratch) => {
    const { file, archive } = await obtain(entry, where.downloads, { env, offline });
    const tree = join(scratch, 'tree');
    say(`unpacking ${archive.file}`);
    unpack(file, tree);
    for (const patch of entry.patches) applyVerified(patch, join(patches, patch.file), tree);
    requireVersion(tree, entry.version);
    if (entry.tree && treeSha256(tree) !== entry.tree) {
      throw new DepsError(
        `nghttp2 ${entry.version}, unpacked and patched, is not what was reviewed.\n` +
          `  archive   ${archive.file}, with ${entry.patches.length} patch(es)\n  expected  ${entry.tree}\n  actual    ${treeSha256(tree)}`,
      );
    }
    const origin = { kind: 'manifest', from: archive.file, sha256: archive.sha256, trust: 'verified by the manifest' };
    const names = entry.patches.map((patch) => patch.name);
    return settle(scratch, where, { id: entry.version, version: entry.version, patches: names, origin, fingerprint });
  });
}

/** A tree that lies here may have been changed, or have come with the package: it is looked at before each use. */
function reviewed(description, entry, where) {
  const tree = join(where.trees, entry.version);
  if (entry.tree && treeSha256(tree) !== entry.tree) {
    throw new DepsError(
      `nghttp2 ${entry.version} in ${tree} is not what was reviewed: a file of it was changed, added or lost.\n` +
        'What to do: delete that folder and run this again, which fetches it anew; to build a tree of your own, name its folder',
    );
  }
  writeVersionHeader(tree, entry.version);
  writeConfigHeader(tree);
  writeTreeMark(tree, description.tree);
  return description;
}

function applyVerified(patch, file, tree) {
  if (!existsSync(file)) throw new DepsError(`${file}, which the manifest names, is missing`);
  requireSha256(file, patch.sha256, `the patch ${patch.name} (${patch.file})`);
  say(`applying ${patch.name}: ${patch.reason}`);
  applyPatch(file, tree, patch.name);
}

function requireVersion(tree, version) {
  if (!isTree(tree)) throw new DepsError(`what was unpacked is not nghttp2: it has no lib/includes/nghttp2/nghttp2.h`);
  const found = versionOf(tree);
  if (found !== version) throw new DepsError(`the manifest says nghttp2 ${version}, the source says ${found}`);
}

const fetchNamed = (name, where, sum) =>
  inScratch(where, async (scratch) => {
    const { id, version, origin } = await bringNamed(name, join(scratch, 'tree'), scratch, { sha256: sum });
    const known = readIf(where.description(id));
    if (known) return JSON.parse(known);
    say(`${name} is nghttp2 ${version}: ${origin.trust}`);
    return settle(scratch, where, { id, version, patches: [], origin, fingerprint: id });
  });

async function inScratch(where, use) {
  const scratch = mkdtempSync(join(where.trees, '.new-'));
  try {
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Keeps what the build and the licence need, writes the description, and moves the tree to its place. */
function settle(scratch, where, { id, version, patches, origin, fingerprint }) {
  const tree = join(scratch, 'tree');
  for (const name of readdirSync(tree)) {
    if (name !== 'lib' && name !== 'COPYING') rmSync(join(tree, name), { recursive: true, force: true });
  }
  // npm would obey it, and leave headers out of the package.
  rmSync(join(tree, 'lib/.gitignore'), { force: true });
  writeVersionHeader(tree, version);
  writeConfigHeader(tree);
  const sum = treeSha256(tree);
  writeTreeMark(tree, sum);
  const home = join(where.trees, id);
  const description = {
    id,
    version,
    root: `${relative(join(where.root, '..'), home).replaceAll('\\', '/')}`,
    sources: sourcesOf(tree),
    patches,
    origin,
    fingerprint,
    tree: sum,
  };
  writeFileSync(join(tree, 'source.json'), JSON.stringify(description, null, 2) + '\n');
  rmSync(home, { recursive: true, force: true });
  renameSync(tree, home);
  say(`${id} is ready in ${description.root}`);
  return Object.defineProperty(description, 'made', { value: true });
}
