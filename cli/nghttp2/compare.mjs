// npx duetto nghttp2 compare <A> <B>

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../user-error.mjs';
import { compareApi, compareSecurity } from './compare/api.mjs';
import { chosenScenarios, playOnBoth } from './compare/behaviour.mjs';
import { measureCase, prepareBench } from './compare/bench.mjs';
import { findEngine } from './compare/engines.mjs';
import { markdownOf } from './compare/markdown.mjs';
import { Player } from './compare/player.mjs';
import { Progress } from './compare/progress.mjs';
import { compareScript, requireScripts } from './compare/script.mjs';
import { terminalText } from './compare/terminal.mjs';
import { verdictOf } from './compare/verdict.mjs';
import { manifest } from './inventory.mjs';

const usage = `Usage: npx duetto nghttp2 compare <A> <B> [options]

Runs the same on two engines, by turns, and tells what differs: the library's API, defaults, events, error codes, frames on
the wire, limits, conformance to the RFCs, speed and memory. A and B are versions or ids as "npx duetto nghttp2 list" shows them.

  --script FILE     also a script of yours, any that uses http2 (may be repeated)
  --only PART       only that part: defaults, behaviour, conformance, limits, scripts, bench, one case as bench/download,
                    or scenarios by the beginning of their names, as resets/ (may be repeated)
  --quick           a short bench: a look, not a measurement
  --no-bench        no bench
  --json FILE       where to write everything (default duetto-compare-<A>-<B>.json)
  --markdown FILE   where to write the page (default duetto-compare-<A>-<B>.md)
  --exit-code       end with 1 if something differs in behaviour

Ctrl-C ends it; what was found so far is printed and written.`;

/** A bench case takes as long as so many scenarios. */
const BENCH_WEIGHT = 20;

function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      script: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      'no-bench': { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      'exit-code': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return values;
  if (positionals.length !== 2) throw new UserError(`compare takes two engines, not ${positionals.length}\n\n${usage}`, { exitCode: 2 });
  requireScripts(values.script);
  const engines = positionals.map(findEngine);
  const base = `duetto-compare-${engines.map(({ id }) => id).join('-')}`;
  return { ...values, engines, json: resolve(values.json ?? `${base}.json`), markdown: resolve(values.markdown ?? `${base}.md`) };
}

/** What is to be run. */
async function planOf({ only, script, quick, 'no-bench': noBench }) {
  const benchCases = only.filter((part) => part.startsWith('bench/')).map((part) => part.slice('bench/'.length));
  const isBench = (part) => part === 'bench' || part.startsWith('bench/');
  const parts = only.filter((part) => !isBench(part) && part !== 'scripts');
  const scenarios = only.length > 0 && parts.length === 0 ? [] : chosenScenarios(parts);
  if (parts.length > 0 && scenarios.length === 0) throw new UserError(`nothing is called ${parts.join(' or ')}: see --help`);
  const withBench = !noBench && (only.length === 0 || only.some(isBench));
  const bench = withBench ? await prepareBench({ quick, names: benchCases }) : { cases: [] };
  return { scenarios, scripts: only.length === 0 || only.includes('scripts') ? script : [], bench };
}

/** Runs the plan, filling the report as it goes, until it is done or `stopped`. */
async function carryOut(plan, report, engines, control) {
  const { scenarios, scripts, bench } = plan;
  const progress = new Progress(scenarios.length + scripts.length * 3 + bench.cases.length * BENCH_WEIGHT);
  const players = engines.map((engine) => new Player(engine));
  control.onStop = () => players.forEach((player) => player.stop());
  try {
    for (const scenario of scenarios) {
      if (control.stopped()) return;
      progress.now(`${scenario.area}: ${scenario.title}`);
      const result = await playOnBoth(scenario, players, engines);
      if (control.stopped()) return;
      report.played++;
      if (result.rfc) report.conformance.push(result);
      if (result.differs) report.differences.push(result);
      progress.step();
    }
    for (const file of scripts) {
      progress.now(`script: ${file}`);
      const result = await compareScript(file, engines, control);
      if (result === undefined) return;
      report.scripts.push(result);
      report.played++;
      if (result.differs) report.differences.push(result);
      progress.step(3);
    }
    await runBench(bench, report, engines, control, progress);
  } finally {
    players.forEach((player) => player.stop());
    progress.end();
  }
}

async function runBench(bench, report, engines, control, progress) {
  if (bench.cases.length === 0) return;
  const { load, rounds, seconds } = bench;
  report.benchHow = `${rounds} rounds of ${seconds} s by turns, load from ${load.name}.`;
  for (const benchCase of bench.cases) {
    if (control.stopped()) break;
    progress.now(`bench: ${benchCase.name}`);
    try {
      const result = await measureCase(benchCase, engines, bench, control);
      if (result !== undefined) report.bench.push(result);
    } catch (error) {
      // Ctrl-C reaches the load generator too.
      if (!control.stopped()) report.bench.push({ name: benchCase.name, error: error.message.split('\n')[0] });
    }
    progress.step(BENCH_WEIGHT);
  }
  await load.stop();
}

/** Ctrl-C: nothing new is begun, what runs is ended. A second one ends everything. */
function controlOf() {
  let stopped = false;
  const control = { running: new Set(), onStop: undefined, stopped: () => stopped };
  const stop = () => {
    if (stopped) process.exit(130);
    stopped = true;
    for (const child of control.running) child.kill('SIGTERM');
    control.onStop?.();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return control;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export async function run(args) {
  const options = readOptions(args);
  if (options.help) return console.log(usage);
  const { engines } = options;
  const plan = await planOf(options);
  const control = controlOf();
  const report = {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    a: { id: engines[0].id, version: engines[0].version, patches: engines[0].patches },
    b: { id: engines[1].id, version: engines[1].version, patches: engines[1].patches },
    api: compareApi(engines),
    security: { asOf: manifest().security?.asOf, ...compareSecurity(engines) },
    complete: false,
    verdict: '',
    played: 0,
    differences: [],
    conformance: [],
    scripts: [],
    benchHow: '',
    bench: [],
  };
  await carryOut(plan, report, engines, control);
  report.complete = !control.stopped();
  report.verdict = verdictOf(report);
  write(options.json, `${JSON.stringify(report, null, 1)}\n`);
  write(options.markdown, markdownOf(report));
  const text = `${terminalText(report)}\n`;
  // Into a pipe this may take a while, and what follows ends the process.
  await new Promise((resolve) => { process.stdout.write(text, resolve); });
  console.error(`\nThe whole of it: ${options.markdown} and ${options.json}`);
  if (control.stopped()) process.exitCode = 130;
  else if (options['exit-code'] && report.differences.length > 0) process.exitCode = 1;
  // What a killed engine left behind must not keep the command alive.
  process.exit();
}
