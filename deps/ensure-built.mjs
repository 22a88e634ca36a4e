#!/usr/bin/env node
// Builds what tests and demo need and is missing or older than its sources; says nothing and is quick when all is there.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const parts = [
  {
    made: 'build/Release/duetto.node',
    from: ['native', 'binding.gyp', 'deps/gyp.mjs', 'deps/manifest.json', 'deps/nghttp2/active.json'],
    needs: ['deps/nghttp2/active.json'],
    script: 'build:native',
  },
  { made: 'dist/index.js', from: ['lib', 'tsconfig.json'], needs: [], script: 'build:ts' },
];

/** The time of the newest change in a file or folder; a folder's own time counts, for what was deleted. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs);
}

function outdated({ made, from, needs }) {
  const stat = statSync(join(project, made), { throwIfNoEntry: false });
  if (!stat || needs.some((path) => !existsSync(join(project, path)))) return true;
  return from.some((path) => newest(join(project, path)) > stat.mtimeMs);
}

for (const part of parts.filter((part) => existsSync(join(project, part.from[0])))) {
  if (!process.env.DUETTO_NGHTTP2 && !outdated(part)) continue;
  const { status } = spawnSync('npm', ['run', '--silent', part.script], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`npm run ${part.script} failed`);
    process.exit(1);
  }
}
