import fs = require('node:fs');
import path = require('node:path');
import { resolvePrebuilt } from './prebuilt.js';
import { sourcesSum } from './sources.js';

// An engine is an addon with one nghttp2 in it. Several can lie in one package:
//
//   build-nghttp2/<id>/duetto.node                        built beside the others: npx duetto nghttp2 build
//   build/Release/duetto.node                             the checkout's own build
//   prebuilds/<platform>-<arch>/duetto.<libc>.node        prebuilt, with the manifest's default nghttp2
//   prebuilds/<version>/prebuilds/<platform>-<arch>/...   prebuilt, with another
//
// Beside each lies engine.json, which says what is in it.

/** The package's folder. */
export const root = path.join(__dirname, '..', '..');

/** What engine.json says; the file is missing beside addons that something else than deps/build.mjs made. */
export interface Description {
  /** What the engine is asked for by: a version of the manifest, or one with '-user-' and a part of its checksum. */
  readonly id: string;
  readonly version: string;
  readonly patches: readonly string[];
  /** Where the nghttp2 came from, and who vouches for it. */
  readonly origin?: { readonly kind: string; readonly from?: string; readonly trust: string };
  /** A sum over the C++ sources that it was built from. */
  readonly sources?: string;
  /** The functions and constants that its nghttp2.h declares. */
  readonly api?: readonly string[];
}

export interface EnginePlace {
  readonly id: string;
  /** The addon. */
  readonly file: string;
  /** `side`: built beside the others. `build`: the checkout's own build. `prebuilt`: came with the package. */
  readonly kind: 'side' | 'build' | 'prebuilt';
}

const ADDON = 'duetto.node';

/** What lies beside an addon, if anything does. */
export function describe(file: string): Description | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(path.dirname(file), 'engine.json'), 'utf8')) as Description;
  } catch {
    return undefined;
  }
}

function subfolders(folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).filter((item) => item.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The prebuilt addon below `folder` that fits this platform. */
function prebuilt(folder: string): string | undefined {
  if (!fs.existsSync(path.join(folder, 'prebuilds'))) return undefined;
  try {
    return resolvePrebuilt(folder);
  } catch {
    return undefined;
  }
}

let ownSources: string | undefined;

/** Whether an engine was built from other sources than are here now. Those that came with the package fit it. */
export function isOutdated({ kind, file }: EnginePlace): boolean {
  if (kind !== 'side') return false;
  ownSources ??= sourcesSum(root);
  return ownSources !== undefined && describe(file)?.sources !== ownSources;
}

/** The id of an addon; one without a description has to be loaded for it. */
export function idOf(file: string): string | undefined {
  const { id } = describe(file) ?? {};
  if (id !== undefined) return id;
  try {
    return (require(file) as { version: string }).version;
  } catch {
    return undefined; // It cannot be loaded here, so it is no engine to choose.
  }
}

/** The checkout's own build, if there is one. */
export function ownBuild(): string | undefined {
  const file = path.join(root, 'build', 'Release', ADDON);
  return fs.existsSync(file) ? file : undefined;
}

/** Every engine here, each id once; the one first in the list at the top of this file goes before the others. */
export function allPlaces(): EnginePlace[] {
  const found: EnginePlace[] = [];
  const add = (kind: EnginePlace['kind'], file: string | undefined, id = file && idOf(file)): void => {
    if (file === undefined || id === undefined) return;
    const same = found.findIndex((place) => place.id === id);
    // What is out of date must not hide what fits.
    if (same >= 0 && !isOutdated(found[same]!)) return;
    if (same >= 0) found.splice(same, 1);
    found.push({ id, file, kind });
  };
  for (const id of subfolders(path.join(root, 'build-nghttp2'))) {
    const file = path.join(root, 'build-nghttp2', id, ADDON);
    if (fs.existsSync(file)) add('side', file, id);
  }
  add('build', ownBuild());
  // node-gyp-build would give the checkout's own build first.
  const standard = path.join(root, 'prebuilds', `${process.platform}-${process.arch}`);
  if (fs.existsSync(standard) && ownBuild() === undefined) add('prebuilt', prebuilt(root));
  for (const version of subfolders(path.join(root, 'prebuilds'))) {
    add('prebuilt', prebuilt(path.join(root, 'prebuilds', version)), version);
  }
  return found.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}
