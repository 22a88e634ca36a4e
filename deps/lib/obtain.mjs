// Gets the files of a manifest entry, from the first source that has them, and verifies every one.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fromDebian } from './debian.mjs';
import { DepsError, requireSha256, say } from './util.mjs';

/** How long a host may take to answer, and then to send a file of some megabytes. */
const ANSWER_TIMEOUT_MS = 8_000;
const BODY_TIMEOUT_MS = 120_000;

export const MIRROR_VARIABLE = 'DUETTO_NGHTTP2_MIRROR';

/**
 * Makes sure that every file of the entry is in the download folder with its checksum right; returns their paths by
 * name. A file that is there but wrong is an error at once: the next source is for what is missing, not for what lies.
 */
export async function obtain(entry, downloads, env = process.env) {
  mkdirSync(downloads, { recursive: true });
  const paths = {};
  for (const [name, sum] of Object.entries(entry.files)) {
    paths[name] = join(downloads, name);
    if (existsSync(paths[name])) {
      requireSha256(paths[name], sum, 'the download kept from before (delete it to get it again)');
    } else {
      await getFile(entry, name, sum, downloads, env);
    }
  }
  return paths;
}

async function getFile(entry, name, sum, downloads, env) {
  const sources = [
    ['mirror folder', () => fromMirror(name, env[MIRROR_VARIABLE])],
    ['upstream release', (into) => fromUpstream(entry.upstream?.[name], join(into, name))],
    ['Debian source package', (into) => fromDebian(entry, name, sum, into)],
  ];
  const tried = [];
  const dir = mkdtempSync(join(downloads, '.part-'));
  try {
    for (const [label, get] of sources) {
      say(`${name}: trying the ${label}`);
      const got = await get(dir);
      const file = got?.file ?? join(dir, name);
      if (existsSync(file)) {
        requireSha256(file, sum, `${name} from the ${label}`);
        const part = join(dir, `${name}.verified`);
        copyFileSync(file, part);
        renameSync(part, join(downloads, name));
        say(`${name}: verified`);
        return;
      }
      tried.push(`  ${label}: ${got}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  throw new DepsError(
    `${name} of nghttp2 ${entry.version} is not to be had. Tried:\n${tried.join('\n')}\n` +
      `What to do: put a file of that name with SHA-256\n  ${sum}\n` +
      `into a folder and name the folder in ${MIRROR_VARIABLE}; or name another nghttp2: npx duetto nghttp2 list`,
  );
}

function fromMirror(name, folder) {
  if (!folder) return `${MIRROR_VARIABLE} is not set`;
  const file = join(resolve(folder), name);
  return existsSync(file) ? { file } : `${resolve(folder)} has no ${name}`;
}

export async function fromUpstream(url, file) {
  if (!url) return 'the manifest has no upstream archive with a known checksum for it';
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    if (!response.ok) return `${url} answered ${response.status}`;
    timer = setTimeout(() => abort.abort(new Error('too slow')), BODY_TIMEOUT_MS);
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    return undefined;
  } catch (error) {
    return `${url}: ${error.cause?.message ?? error.message}`;
  } finally {
    clearTimeout(timer);
  }
}
