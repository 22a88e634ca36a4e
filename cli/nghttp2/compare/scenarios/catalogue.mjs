// Everything that is played on both engines. A scenario is { name, area, title, run(stage) }, and may have `about`, `known`
// (documented changes of nghttp2 that it shows), `expected` (what the RFC allows), and `quiet` (notes only, for floods).

import client from './client.mjs';
import conformance from './conformance.mjs';
import defaults from './defaults.mjs';
import fields from './fields.mjs';
import limits from './limits.mjs';
import priorities from './priorities.mjs';
import resets from './resets.mjs';
import talk from './talk.mjs';

export const catalogue = [
  ...defaults, ...talk, ...priorities, ...fields, ...resets, ...client, ...conformance, ...limits,
];
