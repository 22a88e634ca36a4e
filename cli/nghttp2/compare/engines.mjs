// The two engines of a comparison.

import { library } from '../../package-root.mjs';
import { UserError } from '../../user-error.mjs';
import { description, manifest } from '../inventory.mjs';
import { missingFixes } from '../security.mjs';

/** An engine that is here, with what its engine.json says. */
export function findEngine(name) {
  const { id, file } = library('engine/selection.js').findEngine(name, 'to compare');
  const described = description(file);
  if (described === undefined) {
    throw new UserError(`${file} has no engine.json beside it, so nobody knows what is in it: build it again, npx duetto nghttp2 build ${name}`);
  }
  const { version, patches, api } = described;
  return { id, file, version, patches, api, missing: missingFixes(manifest(), { version, patches }).map(({ cve, fixedIn }) => ({ cve, fixedIn })) };
}

/** For the pages that people read. */
export const label = ({ id, patches }) => patches.length ? `${id} (patched for ${patches.join(', ')})` : id;
