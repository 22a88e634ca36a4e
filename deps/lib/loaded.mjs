// What was built is loaded, and asked what is in it: a build may end well and still have put an older archive, or objects of
// another nghttp2, into the addon.

import { DepsError, run } from './util.mjs';

const QUESTION = `
const { version, patches, tree } = require(process.argv[1]);
process.stdout.write(JSON.stringify({ version, patches, tree }));`;

/** Refuses an addon that has another nghttp2 in it than was asked for. It has to be one for this machine. */
export function requireContent(addon, { id, version, patches, tree }, { sanitize = '' } = {}) {
  // By a process of its own, which leaves no mark in this one, and may have the sanitizer's library in it.
  const { ok, stdout, output } = run(process.execPath, ['-e', QUESTION, addon], { env: environment(sanitize) });
  if (!ok) throw new DepsError(`${addon} was built, but cannot be loaded:\n${output}`);
  const found = JSON.parse(stdout);
  const wanted = { version, patches: patches.join(','), tree };
  const wrong = Object.keys(wanted).filter((key) => found[key] !== wanted[key]);
  if (wrong.length === 0) return;
  const lines = wrong.map((key) => `  ${key.padEnd(9)} asked for ${wanted[key] || 'none'}, built was ${found[key] || 'none'}`);
  throw new DepsError(
    `what was built is not nghttp2 ${id}:\n${lines.join('\n')}\nWhat to do: build again with --clean, which starts from nothing`);
}

function environment(sanitize) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  if (!/address/.test(sanitize)) return env;
  const library = run(process.env.CC || 'cc', ['-print-file-name=libasan.so']).stdout.trim();
  return { ...env, LD_PRELOAD: library, ASAN_OPTIONS: 'detect_leaks=0' };
}
