// A process with one engine that plays scenarios when it is asked to. DUETTO_BINDING names the engine's addon.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../scenarios/catalogue.mjs';
import { Stage } from './stage.mjs';

const require = createRequire(import.meta.url);
const dist = fileURLToPath(new URL('../../../../dist', import.meta.url));
const recorder = require('./recorder.cjs').recorderOf(dist);
const http2 = require(`${dist}/index.js`);
const { native } = require(`${dist}/binding/load.js`);
const byName = new Map(catalogue.map((scenario) => [scenario.name, scenario]));

process.on('uncaughtException', (error) => recorder.note('uncaught exception', String(error.message)));
process.on('unhandledRejection', (error) => recorder.note('unhandled rejection', String(error?.message)));

async function play(name) {
  const scenario = byName.get(name);
  recorder.reset({ quiet: scenario.quiet });
  const stage = new Stage(http2, recorder);
  stage.native = native;
  try {
    await scenario.run(stage);
  } catch (error) {
    recorder.note('the scenario failed', String(error.message));
  }
  // Before things are torn down: the order in which that happens is no behaviour of the engine.
  const result = recorder.result();
  await stage.end();
  return result;
}

process.on('message', async ({ play: name }) => {
  const result = await play(name);
  process.send({ result });
});
process.once('disconnect', () => process.exit());
process.send({ ready: true });
