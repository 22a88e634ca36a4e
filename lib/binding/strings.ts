import { constants } from '../constants.js';
import { native } from './load.js';

// Names that everybody sends are entered before the first session, as strings that V8 already has as property keys.
const wellKnown = Object.entries(constants)
  .filter(([key]) => key.startsWith('HTTP2_HEADER_'))
  .map(([, name]) => name as string);

/** Field names by the number that a headers record gives. Grows as peers bring new ones, up to a bound in the core. */
export const names: string[] = [...new Set(wellKnown)];

/** Values of HPACK's static table (RFC 7541, appendix A) by their number. */
export const staticValues: string[] = [];

native.bindStrings(names, staticValues);
