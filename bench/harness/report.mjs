import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const COLUMNS = [
  ['case', 18], ['unit', 11], ['ours', 10], ['builtin', 10], ['ratio', 7], ['(range)', 14],
  ['us CPU', 9], ['builtin', 9], ['ratio', 7],
];

function row(cells) {
  return cells.map((cell, index) => {
    const width = COLUMNS[index][1];
    return index < 2 ? cell.padEnd(width) : cell.padStart(width);
  }).join(' ');
}

function amount(value) {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

export function printHead({ load, module, rounds, seconds }) {
  if (load.note !== undefined) console.log(`NOTE: ${load.note}\n`);
  console.log(`${module} against node:http2 of Node ${process.versions.node}, load from ${load.name}`);
  console.log(`${rounds} interleaved rounds of ${seconds} s; ratio: median of the rounds' ratios, ours to builtin`);
  console.log('rates: above 1 is better; CPU (microseconds of the measured process per request) and KB: below 1\n');
  console.log(row(COLUMNS.map(([name]) => name)));
}

export function printCase({ name, unit, value, cpu, beside = {} }) {
  console.log(row([
    name, unit, amount(value.ours), amount(value.builtin), value.ratio.toFixed(2),
    `${value.lowestRatio.toFixed(2)}-${value.highestRatio.toFixed(2)}`,
    ...(cpu === undefined ? ['', '', ''] : [amount(cpu.ours), amount(cpu.builtin), cpu.ratio.toFixed(2)]),
  ]) + Object.entries(beside).map(([other, median]) => `   ${other} ${amount(median)}`).join(''));
}

export function printFailure(name, error) {
  console.log(`${name.padEnd(COLUMNS[0][1])} FAILED: ${error.message}`);
}

export function writeJson(file, { options, load, cases }) {
  const { module, rounds, seconds, quick } = options;
  const content = {
    date: new Date().toISOString(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpus: os.cpus().length,
    load: load.name,
    module: module.startsWith('node:') ? module : path.relative(process.cwd(), module),
    quick,
    rounds,
    seconds,
    cases,
  };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`\nnumbers: ${path.relative(process.cwd(), file)}`);
}
