import { native } from './binding/load.js';

/** The nghttp2 that is built in. Node's own, which `process.versions.nghttp2` names, is not used. */
export const nghttp2: {
  /** Such as '1.64.0'. */
  readonly version: string;
  /** Names of the patches it was built with, in the order they were applied. */
  readonly patches: readonly string[];
} = Object.freeze({
  version: native.version,
  patches: Object.freeze(native.patches === '' ? [] : native.patches.split(',')),
});
