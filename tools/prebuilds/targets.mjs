// The platforms that the npm package has an addon for. Building, checking, the workflow that releases, and the tests go
// by this list.

import { join } from 'node:path';
import { newestVersion } from '../../deps/lib/manifest.mjs';
import { DepsError } from '../../deps/lib/util.mjs';

const target = (platform, arch, libc) => ({
  name: [platform, arch, libc].filter(Boolean).join('-'), platform, arch, libc, folder: `${platform}-${arch}`,
  file: `duetto${libc ? `.${libc}` : ''}.node`,
});

export const TARGETS = [
  target('linux', 'x64', 'glibc'), target('linux', 'arm64', 'glibc'),
  target('linux', 'x64', 'musl'), target('linux', 'arm64', 'musl'),
  target('darwin', 'x64'), target('darwin', 'arm64'),
  target('win32', 'x64'), target('win32', 'arm64'),
];

export function findTarget(name) {
  const found = TARGETS.find((one) => one.name === name);
  if (found) return found;
  throw new DepsError(`${name} is none of the platforms that duetto is built for: ${TARGETS.map((one) => one.name).join(', ')}`);
}

/** The platform that this process runs on, be it in the list or not. */
export function hostTarget() {
  const { platform, arch } = process;
  if (platform !== 'linux') return target(platform, arch);
  return target(platform, arch, process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl');
}

/** The folders below prebuilds/ of the versions that are carried, by version; `withNewest` is false where that is not to be had. */
export function carried(manifest, { withNewest = true } = {}) {
  const folders = new Map([[manifest.default, 'prebuilds']]);
  const newest = newestVersion(manifest);
  if (withNewest && newest !== manifest.default) folders.set(newest, join('prebuilds', newest, 'prebuilds'));
  return folders;
}
