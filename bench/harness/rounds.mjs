import { othersFor } from './others.mjs';
import { compare, median } from './statistics.mjs';

/**
 * Runs one case: both implementations stay open, each in its own processes, and are measured in turn; who goes first
 * changes from round to round.
 */
export async function runCase(benchCase, { options, load }) {
  const opened = {};
  try {
    const modules = { ours: options.module, builtin: 'node:http2' };
    const opening = benchCase.builtinFirst ? ['builtin', 'ours'] : ['ours', 'builtin'];
    for (const side of opening) opened[side] = await benchCase.open(modules[side], { load });
    const beside = {};
    for (const [name, open] of await othersFor(benchCase)) {
      try {
        opened[name] = await open({ load });
        beside[name] = [];
      } catch (error) {
        console.log(`${benchCase.name}: ${name} is left out: ${error.message.split('\n')[0]}`);
      }
    }
    const rounds = [];
    for (let index = 0; index < options.rounds; index++) {
      const round = {};
      const order = index % 2 === 0 ? ['ours', 'builtin'] : ['builtin', 'ours'];
      for (const side of order) round[side] = await opened[side].measure(options.seconds);
      for (const [name, values] of Object.entries(beside)) values.push((await opened[name].measure(options.seconds)).value);
      rounds.push(round);
    }
    return {
      name: benchCase.name,
      unit: benchCase.unit,
      value: compare(rounds, 'value'),
      cpu: compare(rounds, 'cpu'),
      beside: Object.fromEntries(Object.entries(beside).map(([name, values]) => [name, median(values)])),
      rounds,
    };
  } finally {
    for (const side of Object.values(opened)) await side.close();
  }
}
