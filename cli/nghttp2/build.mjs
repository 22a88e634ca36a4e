// npx duetto nghttp2 build: deps/build.mjs, for people who have the package and not the checkout.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../package-root.mjs';
import { UserError } from '../user-error.mjs';

const usage = `Usage: npx duetto nghttp2 build <version | tarball | folder | git checkout | git address> [options]

Builds an engine with that nghttp2 beside the others, which stay as they are. Versions of the manifest are verified; a
tree of your own is taken as it is, with your changes in it, and gets an id that tells it from a release.

  --sha256 SUM     of a tarball: refuse it if it has another
  --with gyp|cmake the build system (default gyp)
  --clean          start from nothing

Needs a C++20 compiler, make, Python 3, tar, and patch or git.`;

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      sha256: { type: 'string' },
      with: { type: 'string', default: 'gyp' },
      clean: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  if (positionals.length !== 1) throw new UserError(`build takes one nghttp2, not ${positionals.length}\n\n${usage}`, { exitCode: 2 });
  const more = [...(values.sha256 ? ['--sha256', values.sha256] : []), ...(values.clean ? ['--clean'] : [])];
  const child = spawn(process.execPath,
    [join(root, 'deps/build.mjs'), '--nghttp2', positionals[0], '--with', values.with, ...more], { stdio: 'inherit' });
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
