import { readFileSync } from 'node:fs';

// The Markdown table of docs/performance.md, from the JSON of several runs:
//
//   node bench/table.mjs bench/results/node-20.json bench/results/node-24.json

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
if (runs.length === 0) throw new Error('name the JSON files of the runs');

/** Rows in which less is better. */
const LESS = new Set(['us', 'KB/session', 'KB/stream', 'ms']);

const amount = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3));

function cells(run, name) {
  const found = run.cases.find((one) => one.name === name);
  if (found?.value === undefined) return ['', '', ''];
  const { value, cpu } = found;
  return [
    `${amount(value.ours)} / ${amount(value.builtin)}`,
    `**${value.ratio.toFixed(2)}** (${value.lowestRatio.toFixed(2)}–${value.highestRatio.toFixed(2)})`,
    cpu === undefined ? '' : cpu.ratio.toFixed(2),
  ];
}

const heads = runs.flatMap(({ node }) => [`Node ${node}: duetto / built-in`, 'ratio (range)', 'CPU']);
console.log(`| case | unit | ${heads.join(' | ')} |`);
console.log(`|---|---|${heads.map(() => '---').join('|')}|`);
for (const { name, unit } of runs[0].cases) {
  console.log(`| ${name} | ${unit}${LESS.has(unit) ? ', less is better' : ''} | ${runs.flatMap((run) => cells(run, name)).join(' | ')} |`);
}
