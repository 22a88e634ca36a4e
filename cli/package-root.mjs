import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './user-error.mjs';

/** The folder of this package. */
export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

const require = createRequire(import.meta.url);

/** A module of the built library. */
export function library(name) {
  const file = join(root, 'dist', name);
  if (!existsSync(file)) throw new UserError(`${file} is missing: run "npm run build:ts" in ${root} first`);
  return require(file);
}

export const packageVersion = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
