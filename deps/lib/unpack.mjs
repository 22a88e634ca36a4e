// Unpacks archives that have been verified.

import { mkdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DepsError, have, lastLines, run } from './util.mjs';

/**
 * Unpacks a tarball without its leading folder. Modification times are those of now (-m), so that make sees a tree that
 * was made again as new.
 */
export function unpack(archive, into, { strip = 1, only = [] } = {}) {
  if (!have('tar')) throw new DepsError('the program tar is needed to unpack nghttp2, and is not on this machine');
  mkdirSync(into, { recursive: true });
  // What Node can do needs no gzip on the machine. Of xz it knows nothing.
  const input = /\.(tar\.gz|tgz)$/.test(archive) ? gunzipped(archive) : undefined;
  const args = ['-x', '-m', '-f', input ? '-' : archive, '-C', into, `--strip-components=${strip}`, '--no-same-owner', ...only];
  const result = run('tar', args, { input });
  if (result.ok) return;
  if (archive.endsWith('.xz') && !have('xz')) {
    throw new DepsError(`the program xz is needed to unpack ${archive}, and is not on this machine (Debian: xz-utils)`);
  }
  throw new DepsError(`tar could not unpack ${archive}:\n${lastLines(result.output)}`);
}

function gunzipped(archive) {
  try {
    return gunzipSync(readFileSync(archive));
  } catch (error) {
    throw new DepsError(`${archive} could not be unpacked: ${error.message}`);
  }
}
