// The package managers that duetto is installed with in tests, from npm, each by itself; and how each is spoken to.
//
//   node test/package/managers.mjs      installs those that are missing

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * `package`: what to install; `program`: where its script lies in that; `node`: the line of Node that it wants, where the
 * oldest supported is too old. `add` installs what package.json says and writes the lock file, `again` installs what the
 * lock file says and nothing else. `scripts(on)`: what lets install scripts run, or keeps them from it: arguments, variables,
 * files of the application. `run`: arguments for Node to run a program of the application.
 */
const npm = (version, node) => ({
  name: `npm ${version}`, package: `npm@${version}`, program: 'npm/bin/npm-cli.js', node,
  add: ['install', '--no-audit', '--no-fund', '--prefer-offline'], again: ['ci', '--no-audit', '--no-fund', '--prefer-offline'],
  scripts: (on) => ({ args: on ? ['--ignore-scripts=false'] : ['--ignore-scripts'] }),
});

const pnpm = (version) => ({
  name: `pnpm ${version}`, package: `pnpm@${version}`, program: 'pnpm/bin/pnpm.cjs',
  add: ['install', '--no-frozen-lockfile', '--prefer-offline'], again: ['install', '--frozen-lockfile', '--prefer-offline'],
  // From 10 on scripts of dependencies run only where the application says so.
  scripts: (on) => ({ args: on ? [] : ['--ignore-scripts'], files: on && version !== '9' ? { 'pnpm-workspace.yaml': 'dangerouslyAllowAllBuilds: true\n' } : {} }),
});

const yarn4 = (linker) => ({
  name: `yarn 4, ${linker}`, package: '@yarnpkg/cli-dist@4', program: '@yarnpkg/cli-dist/bin/yarn.js',
  add: ['install', '--no-immutable'], again: ['install', '--immutable'],
  scripts: (on) => ({
    args: [],
    files: { '.yarnrc.yml': `nodeLinker: ${linker}\nenableScripts: ${on}\nenableTelemetry: false\nenableGlobalCache: true\n`, 'yarn.lock': '' },
  }),
  run: linker === 'pnp' ? ['--require', './.pnp.cjs'] : [],
  // What was installed, beside node_modules.
  made: ['.pnp.cjs', '.yarn/unplugged', '.yarn/install-state.gz'],
});

export const MANAGERS = [
  npm('10'), npm('11'), npm('12', '24'), pnpm('9'), pnpm('10'),
  {
    name: 'yarn 1', package: 'yarn@1.22', program: 'yarn/bin/yarn.js',
    add: ['install', '--non-interactive', '--prefer-offline'], again: ['install', '--frozen-lockfile', '--non-interactive', '--prefer-offline'],
    scripts: (on) => ({ args: on ? [] : ['--ignore-scripts'] }),
  },
  yarn4('node-modules'), yarn4('pnp'),
];

const folderOf = ({ package: name }) => join(here, 'installed', name.replace(/[@/]/g, '-'));

/** The manager's script, if it is installed. */
export function managerOf(manager) {
  const file = join(folderOf(manager), 'node_modules', manager.program);
  return existsSync(file) ? realpathSync(file) : undefined;
}

/** Installs it if it is missing; returns its script, or undefined if npm cannot have it now. */
export function installManager(manager) {
  if (!managerOf(manager)) npmInstall(folderOf(manager), [manager.package]);
  return managerOf(manager);
}

function npmInstall(folder, packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefer-offline', '--force', '--loglevel=error', ...packages];
  return spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}

const BUNDLERS = [
  'esbuild@0.28', 'rollup@4', '@rollup/plugin-commonjs@29', '@rollup/plugin-node-resolve@16', 'webpack@5', 'webpack-cli@6', '@vercel/ncc@0.45',
  '@vercel/nft@1', 'postject@1.0.0-alpha.6', '@electron/asar@3', '@electron/rebuild@4',
];

/** The node_modules with what bundles; undefined if npm cannot have it now. */
export function installBundlers() {
  const folder = join(here, 'installed', 'bundlers');
  const whole = join(folder, 'whole');
  if (!existsSync(whole) && npmInstall(folder, BUNDLERS)) writeFileSync(whole, '');
  return existsSync(whole) ? join(folder, 'node_modules') : undefined;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const manager of MANAGERS) console.log(`${manager.name}: ${installManager(manager) ?? 'is not to be had'}`);
}
