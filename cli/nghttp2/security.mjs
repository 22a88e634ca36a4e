// What the manifest's table of security fixes says of one engine.

import { compareVersions } from '../../deps/lib/manifest.mjs';

/** Whether `version` has the flaw by its number: it was there already, and is not fixed yet. */
const inRange = (fix, version) =>
  compareVersions(version, fix.fixedIn) < 0 && (fix.since === undefined || compareVersions(version, fix.since) >= 0);

/**
 * The fixes that an engine lacks. A tree of your own is judged by its version: nobody knows what else you put in.
 *
 * @param engine `version`, and the names of its `patches`
 */
export function missingFixes({ security }, { version, patches }) {
  return (security?.fixes ?? []).filter((fix) =>
    fix.library !== false && inRange(fix, version) && !(fix.patchedBy ?? []).some((patch) => patches.includes(patch)));
}
