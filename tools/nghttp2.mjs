#!/usr/bin/env node
// Gets the nghttp2 that the addon is built with: fetches, verifies, patches, or fails.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchNghttp2, places } from '../deps/lib/fetch.mjs';
import { readManifest } from '../deps/lib/manifest.mjs';
import { keptArchives } from '../deps/lib/obtain.mjs';
import { treeSha256 } from '../deps/lib/tree.mjs';
import { DepsError, say } from '../deps/lib/util.mjs';

const USAGE = `Usage: node tools/nghttp2.mjs <command>

  fetch [WHICH]   make the tree of one nghttp2 and make it the active one. WHICH is a version of the
                  manifest, a tarball, a folder, a git checkout or a git address (address#branch);
                  without it the manifest's default
  list            the versions of the manifest, their patches, and what is here
  verify          check the downloads and the trees that are here against their checksums

  --sha256 SUM    of a tarball of your own: refuse it if it has another
  --offline FOLDER   look there and nowhere else for the archive (deps/download/ of another machine will do)
  --no-activate   leave the active one as it is
  --manifest FILE, --root FOLDER   other than deps/manifest.json and deps/

Looks for an archive of a version in the folder named by DUETTO_NGHTTP2_MIRROR, in the upstream release, and in Debian's
pool by this machine's apt; each has its checksum in the manifest.`;

const home = resolve(dirname(fileURLToPath(import.meta.url)), '../deps');

/** `where` is the project's deps/ unless a test says otherwise. */
function open({ manifest = join(home, 'manifest.json'), root = home } = {}) {
  return { manifest: readManifest(resolve(manifest)), where: places(resolve(root)) };
}

async function fetchCommand({ manifest, where }, which, options) {
  const { sha256, offline, 'no-activate': keep } = options;
  if (offline !== undefined && !statSync(offline, { throwIfNoEntry: false })?.isDirectory()) throw new DepsError(`--offline ${offline} is not a folder`);
  await fetchNghttp2(manifest, which || manifest.default, where, { sha256, offline, activate: !keep });
}

function listCommand({ manifest, where }) {
  const active = existsSync(where.active) ? JSON.parse(readFileSync(where.active, 'utf8')) : undefined;
  for (const { version, summary, patches } of manifest.versions) {
    const notes = [
      version === manifest.default && 'default',
      existsSync(where.description(version)) && 'here',
      active?.id === version && 'active',
    ].filter(Boolean);
    console.log(`${version}  ${summary}${notes.length ? ` (${notes.join(', ')})` : ''}`);
    for (const patch of patches) console.log(`        ${patch.name}: ${patch.reason}`);
  }
  for (const tree of treesHere(where).filter((tree) => tree.origin.kind !== 'manifest')) {
    console.log(`${tree.id}  ${tree.origin.from}: ${tree.origin.trust}${active?.id === tree.id ? ' (active)' : ''}`);
  }
}

function treesHere(where) {
  if (!existsSync(where.trees)) return [];
  const files = readdirSync(where.trees).map((id) => where.description(id));
  return files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')));
}

async function verifyCommand({ manifest, where }) {
  for (const tree of treesHere(where)) {
    const entry = manifest.versions.find((candidate) => candidate.version === tree.id);
    if (entry) keptArchives(entry, where.downloads);
    if (entry?.tree && entry.tree !== tree.tree) throw new DepsError(`the tree ${tree.id} is not the one of the manifest: fetch it again`);
    const actual = treeSha256(join(where.trees, tree.id));
    if (actual !== tree.tree) {
      throw new DepsError(
        `the tree ${tree.id} was changed after it was made (delete it and fetch again).\n` +
          `  file      ${join(where.trees, tree.id)}/lib\n  expected  ${tree.tree}\n  actual    ${actual}`,
      );
    }
    say(`${tree.id}: ${tree.origin.trust}; the tree is as it was made`);
  }
}

async function main(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      sha256: { type: 'string' },
      offline: { type: 'string' },
      'no-activate': { type: 'boolean' },
      manifest: { type: 'string' },
      root: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, which, ...rest] = positionals;
  const commands = { fetch: fetchCommand, list: listCommand, verify: verifyCommand };
  if (values.help) return console.log(USAGE);
  if (!Object.hasOwn(commands, command ?? '') || rest.length) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  await commands[command](open(values), which, values);
}

main(process.argv.slice(2)).catch((error) => {
  const known = error instanceof DepsError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? `nghttp2: ${error.message}` : error);
  process.exitCode = 1;
});
