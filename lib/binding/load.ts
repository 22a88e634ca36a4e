import fs = require('node:fs');
import path = require('node:path');
import type { NativeBinding } from './contract.js';

const root = path.join(__dirname, '..', '..');

function load(): NativeBinding {
  // A build of another nghttp2, for comparing the two in one process.
  const named = process.env.DUETTO_BINDING;
  if (named) return require(path.resolve(named)) as NativeBinding;
  const local = path.join(root, 'build', 'Release', 'duetto.node');
  if (fs.existsSync(local)) return require(local) as NativeBinding;
  try {
    return (require('node-gyp-build') as (dir: string) => NativeBinding)(root);
  } catch (cause) {
    const target = `${process.platform}-${process.arch}`;
    throw new Error(
      `duetto: there is no binary for ${target} (Node ${process.version}) under ${path.join(root, 'prebuilds')}, ` +
      `and none was built at ${local}. Reinstall the package on this platform, or build it: ` +
      `npm run build:native in ${root} (needs python3, make and a C++ compiler).`, { cause });
  }
}

/** The addon, loaded once per environment. */
export const native: NativeBinding = load();
