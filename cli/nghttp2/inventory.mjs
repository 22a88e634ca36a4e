// What there is: the versions of the manifest, and the engines that are built or came with the package.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareVersions, newestVersion, readManifest } from '../../deps/lib/manifest.mjs';
import { library, root } from '../package-root.mjs';
import { missingFixes } from './security.mjs';

export const manifest = () => readManifest(join(root, 'deps/manifest.json'));

/** engine.json beside an addon; `undefined` where something else than deps/build.mjs made it. */
export function description(file) {
  const path = join(dirname(file), 'engine.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** One row for each version of the manifest and each engine that is here, in the order of versions. */
export function inventory() {
  const known = manifest();
  const newest = newestVersion(known);
  const built = new Map(library('engine/index.js').engines().map((engine) => [engine.id, engine]));
  const { allPlaces, isOutdated } = library('engine/locations.js');
  const places = new Map(allPlaces().map((place) => [place.id, place]));
  const rows = known.versions.map((entry) => ({
    id: entry.version,
    version: entry.version,
    summary: entry.summary,
    patches: entry.patches.map(({ name }) => name),
    isDefault: entry.version === known.default,
    isNewest: entry.version === newest,
  }));
  for (const { id, version, file } of built.values()) {
    if (rows.some((row) => row.id === id)) continue;
    const { origin, patches = [] } = description(file) ?? {};
    const summary = origin === undefined ? 'an addon without a description' : `${origin.from ?? origin.kind}: ${origin.trust}`;
    rows.push({ id, version: version ?? id, summary, patches, isDefault: false, isNewest: false });
  }
  return {
    asOf: known.security?.asOf,
    rows: rows.sort((a, b) => compareVersions(a.version, b.version) || a.id.localeCompare(b.id)).map((row) => ({
      ...row,
      built: places.get(row.id)?.kind,
      outdated: places.has(row.id) && !built.get(row.id).active && isOutdated(places.get(row.id)),
      file: built.get(row.id)?.file,
      active: built.get(row.id)?.active ?? false,
      missing: missingFixes(known, row),
    })),
  };
}
