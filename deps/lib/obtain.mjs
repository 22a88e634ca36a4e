// Gets an archive of a manifest entry from the first place that has one, and verifies it.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fromDebian } from './debian.mjs';
import { DepsError, requireSha256, say } from './util.mjs';

/** How long a host may take to answer, and then to send a file of some megabytes. */
const ANSWER_TIMEOUT_MS = 8_000;
const BODY_TIMEOUT_MS = 120_000;

export const MIRROR_VARIABLE = 'DUETTO_NGHTTP2_MIRROR';
/** A mirror of the upstream releases, by its address, or "none". */
export const RELEASES_VARIABLE = 'DUETTO_NGHTTP2_RELEASES';
const UPSTREAM = 'https://github.com/nghttp2/nghttp2/releases/download';

/**
 * Makes sure that one archive of the entry is in the download folder with its checksum right; returns { file, archive }.
 * A file that is there but wrong is an error at once: the next place is for what is missing, not for what lies.
 *
 * @param offline a folder that takes the place of all others
 */
export async function obtain(entry, downloads, { env = process.env, offline } = {}) {
  mkdirSync(downloads, { recursive: true });
  return keptArchives(entry, downloads)[0] ??
    getArchive(entry, downloads, offline ? [folder('the folder given with --offline', offline)] : places(env));
}

/** The archives of the entry that are in the download folder, verified. */
export function keptArchives(entry, downloads) {
  const kept = entry.archives.map((archive) => ({ archive, file: join(downloads, archive.file) })).filter(({ file }) => existsSync(file));
  for (const { archive, file } of kept) requireSha256(file, archive.sha256, 'the download kept from before (delete it to get it again)');
  return kept;
}

const places = ({ [RELEASES_VARIABLE]: releases, ...env }) => [
  folder(`the folder in ${MIRROR_VARIABLE}`, env[MIRROR_VARIABLE]),
  {
    label: 'the upstream release',
    has: ({ url }) => url && releases !== 'none',
    none: releases === 'none' ? `the upstream release: ${RELEASES_VARIABLE} says none` : 'the upstream release: the manifest has no address of it',
    get: ({ file, url }, into) => fromUpstream(url.replace(UPSTREAM, releases || UPSTREAM), join(into, file)),
  },
  {
    label: "Debian's pool, by this machine's apt",
    has: ({ debian }) => debian,
    none: "Debian's pool: the manifest does not say that Debian has it",
    get: ({ file }, into) => fromDebian(file, into),
  },
];

const folder = (label, name) => ({
  label,
  has: () => name,
  none: `${label} is not set`,
  get: ({ file }, into) => {
    if (!existsSync(join(resolve(name), file))) return `${resolve(name)} has no ${file}`;
    copyFileSync(join(resolve(name), file), join(into, file));
    return undefined;
  },
  // Where the file lies, for who looks at a wrong one; of a downloaded one nothing is kept.
  source: ({ file }) => join(resolve(name), file),
});

async function getArchive(entry, downloads, from) {
  const tried = [];
  const part = mkdtempSync(join(downloads, '.part-'));
  try {
    for (const { label, has, none, get, source } of from) {
      const archives = entry.archives.filter(has);
      if (archives.length === 0) tried.push(`  ${none}`);
      for (const archive of archives) {
        say(`${archive.file}: trying ${label}`);
        const failure = await get(archive, part);
        if (failure) {
          tried.push(`  ${label}: ${failure}`);
          continue;
        }
        const fetched = join(part, archive.file);
        requireSha256(fetched, archive.sha256, `${archive.file} from ${label}`, source?.(archive));
        const file = join(downloads, archive.file);
        renameSync(fetched, file);
        say(`${archive.file}: verified, from ${label}`);
        return { file, archive };
      }
    }
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  throw new DepsError(notToBeHad(entry, tried));
}

/** The last line is what to do. */
function notToBeHad({ version, archives }, tried) {
  const wanted = archives.map(({ file, url, sha256 }) => `  ${file}  SHA-256 ${sha256}${url ? `\n    ${url}` : ''}`);
  return `no archive of nghttp2 ${version} is to be had. Tried:\n${[...new Set(tried)].join('\n')}\n` +
    `Any one of these will do:\n${wanted.join('\n')}\n` +
    'What to do: put one of them into a folder and run "npm run deps -- --offline FOLDER"';
}

export async function fromUpstream(url, file) {
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
