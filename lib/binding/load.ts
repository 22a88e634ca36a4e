import { createRequire } from 'node:module';
import { ownBuild } from '../engine/locations.js';
import { platformName } from '../engine/platform.js';
import { addonFile, EngineError } from '../engine/selection.js';
import type { NativeBinding } from './contract.js';
import { withMethods } from './methods.js';
import { DOOR_HASH } from './records.js';

function open(file: string): NativeBinding {
  try {
    // Not by this file's own `require`, which bundlers replace by one that knows their modules only.
    return createRequire(file)(file) as NativeBinding;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_DLOPEN_DISABLED') {
      throw new EngineError(
        `duetto: Node was not given the right to load addons, of which ${file} is one. Start it with --allow-addons as well`, { cause });
    }
    throw new EngineError(
      `duetto: ${file} cannot be loaded on this system (${platformName()}, Node ${process.version}): ${(cause as Error).message}. ` +
      'To build one that can, with a C++20 compiler and no network: npx duetto build', { cause });
  }
}

function load(): NativeBinding {
  const file = addonFile();
  const binding = open(file);
  // Addons of several nghttp2 lie about, and one that was left over from before the last change would be read wrongly.
  if (binding.doorHash === DOOR_HASH) return withMethods(binding);
  throw new EngineError(
    `duetto: ${file} was built from other sources than this version of duetto (its records are ${binding.doorHash ?? 'older ones'}, these ${DOOR_HASH}). ` +
    `Build it again: ${file === ownBuild() ? 'npm run build:native' : `npx duetto nghttp2 build ${binding.version}`}`);
}

/** The addon, which an environment loads once per engine, whatever copies of this module it has. */
export const native: NativeBinding = load();
