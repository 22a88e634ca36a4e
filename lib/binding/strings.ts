import { constants } from '../constants.js';
import { native } from './load.js';

// Names that everybody sends are entered before the first session, as strings that V8 already has as property keys.
const wellKnown = Object.entries(constants)
  .filter(([key]) => key.startsWith('HTTP2_HEADER_'))
  .map(([, name]) => name as string);

// The addon has one pair for all copies of this module: a test runner loads the JavaScript for each file anew.
const [first, second] = native.bindStrings([...new Set(wellKnown)]);

/** Field names by the number that a headers record gives. Grows as peers bring new ones, up to a bound in the core. */
export const names: readonly string[] = first;

/** Values of HPACK's static table (RFC 7541, appendix A) by their number. */
export const staticValues: readonly string[] = second;
