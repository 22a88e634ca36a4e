import bothEnds from './cases/both-ends.mjs';
import bulk from './cases/bulk.mjs';
import client from './cases/client.mjs';
import delay from './cases/delay.mjs';
import grpc from './cases/grpc.mjs';
import idle from './cases/idle.mjs';
import latency from './cases/latency.mjs';
import require_ from './cases/require.mjs';
import shapes from './cases/shapes.mjs';
import small from './cases/small.mjs';
import { exitOnSignals } from './harness/children.mjs';
import { findLoad } from './harness/load.mjs';
import { readOptions, usage } from './harness/options.mjs';
import { printCase, printFailure, printHead, writeJson } from './harness/report.mjs';
import { runCase } from './harness/rounds.mjs';

const all = [
  ...small, ...shapes, ...bulk, ...client, ...bothEnds, ...grpc, ...delay, ...latency, ...idle, ...require_,
];

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  if (options.list) return console.log(all.map(({ name }) => name).join('\n'));

  const wanted = ({ name }) => options.case.length === 0 || options.case.some((part) => name.includes(part));
  const chosen = all.filter(wanted);
  if (chosen.length === 0) throw new Error('no case has that name; --list shows them');

  const load = await findLoad();
  printHead({ load, ...options });
  const cases = [];
  for (const benchCase of chosen) {
    try {
      const result = await runCase(benchCase, { options, load });
      cases.push(result);
      printCase(result);
    } catch (error) {
      // One implementation that cannot do one case must not hide the others.
      cases.push({ name: benchCase.name, error: String(error.message) });
      printFailure(benchCase.name, error);
      process.exitCode = 1;
    }
  }
  await load.stop();
  writeJson(options.json, { options, load, cases });
}

exitOnSignals();
try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
