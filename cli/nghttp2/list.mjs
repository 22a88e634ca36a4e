// npx duetto nghttp2 list

import { parseArgs } from 'node:util';
import { packageVersion } from '../package-root.mjs';
import { inventory } from './inventory.mjs';

const usage = `Usage: npx duetto nghttp2 list [--json]

Shows the versions of nghttp2 in the manifest and the engines that are built, which of them a program would run on now,
and the security fixes that each lacks.`;

const BUILT = { side: 'built', build: 'built', prebuilt: 'prebuilt' };

function print({ asOf, rows }) {
  console.log(`duetto ${packageVersion}; security fixes as known on ${asOf}\n`);
  const width = Math.max(...rows.map(({ id }) => id.length)) + 2;
  console.log(`  ${'nghttp2'.padEnd(width)}${'engine'.padEnd(11)}missing security fixes`);
  for (const row of rows) {
    const missing = row.missing.map(({ cve }) => cve).join(', ') || 'none known';
    const state = row.outdated ? 'outdated' : BUILT[row.built] ?? 'not built';
    console.log(`${row.active ? '*' : ' '} ${row.id.padEnd(width)}${state.padEnd(11)}${missing}`);
    const notes = [row.isDefault && 'the default', row.isNewest && 'the newest of the manifest'].filter(Boolean);
    console.log(`  ${''.padEnd(width)}${row.summary}${notes.length ? ` (${notes.join(', ')})` : ''}`);
    if (row.patches.length) console.log(`  ${''.padEnd(width)}patches: ${row.patches.join(', ')}`);
  }
  if (rows.some(({ outdated }) => outdated)) console.log('\noutdated: built from other sources than this version of duetto; build it again');
  const active = rows.find((row) => row.active);
  console.log(active ? `\n* what a program that is started now runs on: ${active.file}` : '\nNone of them would be used now: see DUETTO_NGHTTP2 and DUETTO_BINDING.');
  const flaws = new Map(rows.flatMap(({ missing }) => missing).map((fix) => [fix.cve, fix]));
  for (const fix of flaws.values()) console.log(`${fix.cve} (fixed in ${fix.fixedIn}): ${fix.title}${fix.reach ? ` ${fix.reach}` : ''}`);
}

export async function run(args) {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(usage);
  const found = inventory();
  if (values.json) console.log(JSON.stringify(found, null, 2));
  else print(found);
}
