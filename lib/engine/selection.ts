import fs = require('node:fs');
import path = require('node:path');
import { allPlaces, describe, isOutdated, ownBuild, root, type EnginePlace } from './locations.js';
import { platformName } from './platform.js';
import { isBundled, resolvePrebuilt } from './prebuilt.js';

// Which engine the code that is being loaded is to use. This module, like all of lib/engine, is there once however many
// engines a process has.

/** The variable that picks the engine at start. Builds read it too: they make the one that it names. */
export const VARIABLE = 'DUETTO_NGHTTP2';

/** There is no such engine, or it cannot be had any more. */
export class EngineError extends Error {
  readonly code = 'ERR_DUETTO_ENGINE';
}

/**
 * The engine of that id. A shorter name will do if it fits one only: '1.70' for '1.70.0'.
 *
 * @throws EngineError if there is none, more than one, or one that was built from other sources than are here now
 */
export function findEngine(name: string, from = 'asked for'): EnginePlace {
  const place = lookUp(name, from);
  if (!isOutdated(place)) return place;
  throw new EngineError(
    `duetto: the engine ${place.id} (${from}) was built from other sources than this version of duetto, and does not fit it. ` +
    `Build it again: npx duetto nghttp2 build ${place.id}`);
}

function lookUp(name: string, from: string): EnginePlace {
  const places = allPlaces();
  const exact = places.find(({ id }) => id === name);
  if (exact !== undefined) return exact;
  const fitting = places.filter(({ id }) => id.startsWith(`${name}.`) || id.startsWith(`${name}-`));
  if (fitting.length === 1) return fitting[0]!;
  const ids = places.map(({ id }) => id).join(', ') || 'none';
  const problem = fitting.length === 0 ? `there is no engine with nghttp2 ${name}` : `${name} fits several engines`;
  throw new EngineError(
    `duetto: ${problem} (${from}). Here are: ${ids}. ` +
    `To build one: npx duetto nghttp2 build ${fitting.length === 0 ? name : '<version>'}. The list: npx duetto nghttp2 list.`);
}

let override: string | undefined;
let start: { file: string; id: string | undefined } | undefined;

/** Whether the process's own module has been loaded, and with which engine. */
export function startEngine(): { file: string; id: string | undefined } | undefined {
  return start;
}

/** Lets what `load` loads use the addon `file`. */
export function withAddon<T>(file: string, load: () => T): T {
  const before = override;
  override = file;
  try {
    return load();
  } finally {
    override = before;
  }
}

function namedFile(file: string): string {
  if (fs.existsSync(file)) return file;
  throw new EngineError(`duetto: DUETTO_BINDING names ${file}, and there is no such file`);
}

/** The addon that `require('duetto')` uses. */
export function addonAtStart(): string {
  // A file by its name, whatever is in it.
  const named = process.env.DUETTO_BINDING;
  if (named) return namedFile(path.resolve(named));
  const version = process.env[VARIABLE];
  if (version) return findEngine(version, `${VARIABLE} says so`).file;
  const local = ownBuild();
  if (local !== undefined) return local;
  // A bundler may have put the addons beside what it made; the package's folder is not where this file thinks then.
  const bundled = isBundled(root);
  try {
    return resolvePrebuilt(bundled ? __dirname : root);
  } catch (cause) {
    if (bundled) {
      throw new EngineError(
        `duetto: its code was bundled (into ${__filename}), and no addon lies beside it: keep duetto external. How, for each tool: ` +
        'docs/bundling.md in the package', { cause });
    }
    throw new EngineError(
      `duetto: there is no binary for ${platformName()} (Node ${process.version}) in ${path.join(root, 'prebuilds')}. ` +
      `To build one, with a C++20 compiler and no network: npx duetto build`, { cause });
  }
}

/** The addon for the code that is being loaded. */
export function addonFile(): string {
  if (override !== undefined) return override;
  const file = addonAtStart();
  start ??= { file, id: describe(file)?.id };
  return file;
}
