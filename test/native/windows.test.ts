// The C++ compiles for Windows. Not with the compiler that a release is built with there (the workflow does that), but
// with the system's headers, so that what belongs to POSIX alone is met here.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { manifest } from '../helpers/packed.ts';

const compiler = ['x86_64-w64-mingw32-g++-posix', 'x86_64-w64-mingw32-g++'].find((name) => find(name));
const tree = `deps/nghttp2/${manifest.default}`;
const { sources } = JSON.parse(fs.readFileSync(path.join(project, 'native/sources.json'), 'utf8')) as { sources: string[] };
const flags = ['-fsyntax-only', '-Wall', '-Wextra', '-fno-exceptions', '-fno-rtti', '-std=gnu++20',
  '-DNGHTTP2_STATICLIB', '-DWIN32_LEAN_AND_MEAN', '-DNOMINMAX', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION',
  '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS', '-DNODE_ADDON_API_DISABLE_DEPRECATED', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  '-Inative', `-I${tree}/lib/includes`, '-Inode_modules/node-addon-api', '-Inode_modules/node-api-headers/include'];

describe.skipIf(!compiler)('for Windows (Debian: g++-mingw-w64-x86-64-posix)', () => {
  test.each(sources)('%s', (file) => {
    const { status, stderr } = spawnSync(compiler!, [...flags, file], { cwd: project, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, 60_000);
});
