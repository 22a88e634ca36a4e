import fs = require('node:fs');
import path = require('node:path');
import { libc } from './platform.js';

// Where the prebuilt addons of a package lie, by the names that prebuildify gives them.

/** The addon below `folder` that fits this platform; throws if there is none. */
export function resolvePrebuilt(folder: string): string {
  // node-gyp-build looks outside of the package as well: for the C library in /etc, for addons beside the node binary. Under
  // Node's permission model that would be one right more to give.
  if ((process as { permission?: unknown }).permission !== undefined) return resolveInside(folder);
  return (require('node-gyp-build') as { resolve(dir: string): string }).resolve(folder);
}

function resolveInside(folder: string): string {
  const home = path.join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
  const library = libc()?.split(' ')[0] ?? 'glibc';
  const names = process.platform === 'linux' ? [`duetto.${library}.node`, 'duetto.node'] : ['duetto.node'];
  const found = names.map((name) => path.join(home, name)).find((file) => fs.existsSync(file));
  if (found === undefined) throw new Error(`there is no ${names.join(' or ')} in ${home}`);
  return found;
}

/**
 * Whether this code runs from where the package lies. A bundler that took it into a file of its own left the addon behind.
 *
 * @param root what this code takes for the package's folder
 */
export function isBundled(root: string): boolean {
  try {
    const { name } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { name?: string };
    return name !== 'duetto';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/**
 * Never called. What a program needs at run time is found by tools that read its code (@vercel/nft), and this is how they
 * know an addon.
 */
export function traced(): unknown {
  return require('node-gyp-build')(path.join(__dirname, '..', '..'));
}
