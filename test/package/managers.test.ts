// With each package manager: an install, an install from the lock file that this wrote, and a request served, with install
// scripts and without, and with no compiler on the PATH. What a manager would build it finds at the package's root.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, servedBy } from '../helpers/exchange.ts';
import { find } from '../helpers/child.ts';
import { pack, run, standard, succeed, temporary } from '../helpers/packed.ts';
import { runtime } from '../nodes/runtimes.mjs';
import { installManager, MANAGERS } from './managers.mjs';

let base: string;
let tarball: string;

/** A PATH with Node and a shell, which a manager that runs scripts takes, and nothing else. */
function bare(node: string): string {
  const folder = fs.mkdtempSync(path.join(base, 'path-'));
  fs.symlinkSync(node, path.join(folder, 'node'));
  fs.symlinkSync(find('sh')!, path.join(folder, 'sh'));
  return folder;
}

function makeApp(name: string, files: Record<string, string>): string {
  const app = path.join(base, name.replaceAll(/\W+/g, '-'));
  fs.mkdirSync(app);
  fs.copyFileSync(tarball, path.join(app, 'duetto.tgz'));
  const all = {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', private: true, dependencies: { duetto: 'file:./duetto.tgz' } }),
    'app.cjs': `const http2 = require('duetto');\n${exchange}`,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) fs.writeFileSync(path.join(app, file), text);
  return app;
}

describe.skipIf(process.platform !== 'linux')('installed with', () => {
  beforeAll(async () => {
    base = temporary('managers');
    tarball = await pack(base);
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  for (const manager of MANAGERS) {
    test.for([true, false])(`${manager.name}, install scripts: %s`, async (on, { skip }) => {
      const program = installManager(manager);
      const node = manager.node ? runtime(manager.node) : process.execPath;
      if (!program) return skip(`${manager.name} is not to be had from npm now`);
      if (!node) return skip(`${manager.name} wants Node ${manager.node}: node test/nodes/runtimes.mjs ${manager.node}`);
      const { args, files = {} } = manager.scripts(on);
      const app = makeApp(`${manager.name} ${on}`, files);
      const env = {
        PATH: bare(node), npm_config_cache: undefined, XDG_CACHE_HOME: undefined,
        // Not the settings of the manager that runs these tests; yarn 4 has its lock file checked on CI.
        npm_config_ignore_scripts: undefined, npm_config_user_agent: undefined, npm_execpath: undefined, CI: undefined,
      };
      const install = (how: string[]) => run(node, [program, ...how, ...args], { cwd: app, env });
      for (const how of [manager.add, manager.again]) {
        const { out, err, code } = await install(how);
        expect(code, `${how.join(' ')}:\n${out}${err}`).toBe(0);
        expect(await succeed(node, [...manager.run ?? [], 'app.cjs'], { cwd: app, env }), how.join(' ')).toBe(servedBy(standard));
        for (const made of ['node_modules', ...manager.made ?? []]) fs.rmSync(path.join(app, made), { recursive: true, force: true });
      }
    }, 120_000);
  }
});
