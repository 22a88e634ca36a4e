import { readFileSync, rmSync } from 'node:fs';
import { run, Worker } from '../harness/children.mjs';
import { logFile } from '../harness/materials.mjs';

// Latency that hardly anybody exceeds, at half the load that the built-in can take: requests come at a fixed rate,
// whether those before are answered or not.

const CONNECTIONS = 10;
/** How many requests of a connection may wait for their answers. */
const STREAMS = 100;
const PERCENTILE = 0.99;

/** Requests per second that a rate is made of: h2load has whole numbers per connection. */
let rate;

async function open(module, { load }) {
  if (load.program !== 'h2load') throw new Error('needs h2load, which can send at a fixed rate');
  const worker = new Worker('servers/hello-core.mjs', { module });
  const { port } = await worker.ready();
  const url = `http://127.0.0.1:${port}/`;
  // Both sides find the peak of the built-in, so that they are as warm as each other.
  const shape = { url, connections: CONNECTIONS, streams: 10 };
  await load.measure({ ...shape, seconds: 0.4 });
  const { perSecond } = await load.measure({ ...shape, seconds: 1 });
  if (module.startsWith('node:')) rate = Math.round(perSecond / 2 / CONNECTIONS);
  return {
    async measure(seconds) {
      const log = logFile();
      await run('h2load', [
        '-c', CONNECTIONS, '-m', STREAMS, `--rps=${rate}`, '-n', Math.round(rate * CONNECTIONS * seconds), `--log-file=${log}`, url,
      ].map(String), seconds * 10 + 30);
      const times = readFileSync(log, 'latin1').trim().split('\n').map((line) => Number(line.split('\t')[2])).sort((a, b) => a - b);
      rmSync(log);
      return { value: times[Math.floor(times.length * PERCENTILE)] };
    },
    close: () => worker.stop(),
  };
}

export default [{ name: 'p99-half-load', unit: 'us', builtinFirst: true, open }];
