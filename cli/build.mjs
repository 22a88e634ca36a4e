// npx duetto build: the addon for a platform that none was prebuilt for, out of what the package carries.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './package-root.mjs';
import { UserError } from './user-error.mjs';

const usage = `Usage: npx duetto build [options]

Builds the addon for this machine, with the nghttp2 that came with the package (its checksum is looked at first). After
that duetto uses it in place of a prebuilt one. Nothing is fetched.

  --with cc|gyp|cmake  cc (default; gyp on Windows): the compiler alone

Needs a C++20 compiler: gcc 10, clang 12 or newer; CC and CXX name others. On Windows Visual Studio and Python 3.`;

export function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      with: { type: 'string', default: process.platform === 'win32' ? 'gyp' : 'cc' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  // What these name is chosen with `duetto nghttp2 build`; this is the package's own.
  const { DUETTO_NGHTTP2: _engine, DUETTO_BINDING: _file, ...env } = process.env;
  const { status } = spawnSync(process.execPath, [join(root, 'deps/build.mjs'), '--with', values.with], { stdio: 'inherit', env });
  if (status !== 0) throw new UserError('the addon was not built; the reason is above');
  const check = spawnSync(process.execPath, ['-p', `const { nghttp2 } = require(${JSON.stringify(root)}); nghttp2.version`], { encoding: 'utf8', env });
  if (check.status !== 0) throw new UserError(`the addon was built, but cannot be loaded:\n${check.stderr}`);
  console.log(`duetto: built for ${process.platform}-${process.arch}, with nghttp2 ${check.stdout.trim()}; it is used from now on`);
}
