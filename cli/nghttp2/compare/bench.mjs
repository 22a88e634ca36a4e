// Speed and memory: bench/ on both engines, each in processes of its own, measured by turns.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../package-root.mjs';
import { UserError } from '../../user-error.mjs';

const bench = (name) => import(pathToFileURL(join(root, 'bench', name)).href);

const CASES = ['small-1x100', 'small-10x1', 'tls-1x100', 'upload', 'download', 'client-100', 'idle-rss'];
const QUICK_CASES = ['small-1x100', 'download', 'client-100', 'idle-rss'];

/** A difference smaller than this is not worth a word on a shared machine; few rounds cannot tell as much. */
const WORTH_SAYING = { many: 0.03, few: 0.1 };
const MANY = 7;

async function allCases() {
  const parts = await Promise.all(['small', 'bulk', 'client', 'idle'].map((name) => bench(`cases/${name}.mjs`)));
  return parts.flatMap((part) => part.default);
}

/**
 * Those that are measured, and what measures them.
 *
 * @param names of cases; none stands for a choice that shows each kind
 */
export async function prepareBench({ quick, names }) {
  const wanted = names.length ? names : quick ? QUICK_CASES : CASES;
  const all = await allCases();
  const cases = all.filter(({ name }) => wanted.includes(name));
  if (cases.length === 0) throw new UserError(`there is no bench case ${names.join(' or ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  const { findLoad } = await bench('harness/load.mjs');
  return { cases, load: await findLoad(), rounds: quick ? 3 : MANY, seconds: quick ? 0.6 : 1 };
}

const spread = (values, median) => ({ median: median(values), low: Math.min(...values), high: Math.max(...values) });

/** Lower is better where the unit is memory or time. */
const isCost = (unit) => !unit.endsWith('/s');

/** All rounds must be of one mind, and by more than machines vary. */
function judge({ median, low, high }, unit, rounds) {
  if (Math.abs(median - 1) < WORTH_SAYING[rounds < MANY ? 'few' : 'many'] || (low <= 1 && high >= 1)) return 'no difference beyond noise';
  return (median > 1) !== isCost(unit) ? 'better' : 'worse';
}

/** One case: the medians of both engines, and the ratio of B to A with its range over the rounds. */
export async function measureCase(benchCase, engines, { load, rounds, seconds }, { stopped }) {
  const { median } = await bench('harness/statistics.mjs');
  const sides = [];
  try {
    for (const { file } of engines) sides.push(await benchCase.open(`engine:${file}`, { load }));
    const seen = [[], []];
    for (let round = 0; round < rounds && !stopped(); round++) {
      // Who goes first changes, so that a machine that slows down hurts both alike.
      for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) seen[side].push(await sides[side].measure(seconds));
    }
    if (seen[1].length === 0) return undefined;
    const ratios = (key) => seen[0].slice(0, seen[1].length).map((a, i) => seen[1][i][key] / a[key]);
    const ratio = spread(ratios('value'), median);
    const hasCpu = seen[0][0].cpu !== undefined;
    return {
      name: benchCase.name,
      unit: benchCase.unit,
      rounds: seen[1].length,
      a: spread(seen[0].map(({ value }) => value), median),
      b: spread(seen[1].map(({ value }) => value), median),
      ratio,
      cpuRatio: hasCpu ? spread(ratios('cpu'), median) : undefined,
      verdict: judge(ratio, benchCase.unit, seen[1].length),
    };
  } finally {
    for (const side of sides) await side.close();
  }
}
