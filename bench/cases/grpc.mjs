import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '../harness/children.mjs';

// @grpc/grpc-js as it is, on the built-in and under duetto/register.

const WARM_UP = 1.5;
const IN_FLIGHT = 50;
const installed = fileURLToPath(new URL('../../test/programs/node_modules/@grpc/grpc-js', import.meta.url));

export default [{
  name: 'grpc-unary-50',
  unit: 'calls/s',
  async open(module) {
    if (!fs.existsSync(installed)) throw new Error('@grpc/grpc-js is not installed: run npm run test:programs once');
    const flags = module.startsWith('node:') ? [] : ['--require', path.join(path.dirname(module), 'register', 'index.js')];
    const worker = new Worker('clients/grpc.mjs', { module }, flags);
    await worker.ready();
    await worker.ask('calls', { inFlight: IN_FLIGHT, seconds: WARM_UP });
    return {
      async measure(seconds) {
        const { perSecond, cpu } = await worker.ask('calls', { inFlight: IN_FLIGHT, seconds });
        return { value: perSecond, cpu };
      },
      close: () => worker.stop(),
    };
  },
}];
