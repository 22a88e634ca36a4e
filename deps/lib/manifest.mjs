// The manifest: which nghttp2 versions are supported, where each is to be had, the SHA-256 of each file, the patches in their order.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DepsError } from './util.mjs';

const SHA256 = /^[0-9a-f]{64}$/;

/** Reads and checks the manifest; a manifest with a hole in it is refused as a whole. */
export function readManifest(file) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DepsError(`the manifest ${file} cannot be read: ${error.message}`);
  }
  const problems = [];
  if (manifest.format !== 2) problems.push(`format is ${manifest.format}, this command knows 2`);
  for (const entry of manifest.versions ?? []) checkEntry(entry, problems);
  if (manifest.security !== undefined) checkSecurity(manifest.security, problems);
  if (!findVersion(manifest, manifest.default)) problems.push(`default ${manifest.default} is not among the versions`);
  if (problems.length) throw new DepsError(`the manifest ${file} is wrong:\n  ${problems.join('\n  ')}`);
  // Beside it, and no part of its text.
  return Object.defineProperty(manifest, 'patches', { value: join(dirname(file), 'patches') });
}

export const findVersion = (manifest, version) => manifest.versions?.find((entry) => entry.version === version);

/** By numbers, not by letters: 1.9.0 comes before 1.10.0. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/, 3).map(Number));
  for (const index of [0, 1, 2]) if (left[index] !== right[index]) return left[index] - right[index];
  return 0;
}

export const newestVersion = (manifest) => manifest.versions.map(({ version }) => version).sort(compareVersions).at(-1);

function checkEntry(entry, problems) {
  const say = (problem) => problems.push(`${entry.version}: ${problem}`);
  if (!/^\d+\.\d+\.\d+$/.test(entry.version ?? '')) say('version is not of the form 1.2.3');
  if (!entry.archives?.length) say('it has no archive');
  for (const { file, sha256, url, debian } of entry.archives ?? []) {
    if (!/^[\w.-]+\.tar\.gz$/.test(file ?? '')) say(`${file} is not the name of a .tar.gz`);
    if (!SHA256.test(sha256 ?? '')) say(`the archive ${file} has no SHA-256`);
    if (!url && !debian) say(`the archive ${file} says neither its url nor that Debian has it`);
  }
  for (const patch of entry.patches ?? []) {
    if (!/^[\w.-]+$/.test(patch.name ?? '')) say(`a patch has no plain name: ${patch.name}`);
    if (!/^[\w.-]+\/[\w.-]+\.patch$/.test(patch.file ?? '')) say(`patch ${patch.name} does not name its file below patches/`);
    if (!SHA256.test(patch.sha256 ?? '')) say(`patch ${patch.name} has no SHA-256`);
    if (!patch.reason) say(`patch ${patch.name} does not say its reason`);
  }
}

/** The table of security fixes: dated, so that nobody takes silence about what came later for safety. */
function checkSecurity({ asOf, fixes }, problems) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf ?? '')) problems.push('security: asOf is not a date such as 2026-07-31');
  for (const { cve, fixedIn, title } of fixes ?? []) {
    if (!/^CVE-\d{4}-\d{4,}$/.test(cve ?? '')) problems.push(`security: ${cve} is not the name of a CVE`);
    if (!/^\d+\.\d+\.\d+$/.test(fixedIn ?? '')) problems.push(`security: ${cve} does not say which version fixed it`);
    if (!title) problems.push(`security: ${cve} does not say what it is`);
  }
}
