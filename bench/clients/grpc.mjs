import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { answer } from '../harness/answer.mjs';

// Unary calls of @grpc/grpc-js, client and server in one process. Which http2 it gets is decided by the flags of Node.

const require = createRequire(fileURLToPath(new URL('../../test/programs/package.json', import.meta.url)));
const grpc = require('@grpc/grpc-js');

const raw = (value) => value;
const definition = {
  Echo: {
    path: '/bench.Echo/Echo', requestStream: false, responseStream: false,
    requestSerialize: raw, requestDeserialize: raw, responseSerialize: raw, responseDeserialize: raw,
  },
};
const MESSAGE = Buffer.alloc(100, 'm');

const server = new grpc.Server();
server.addService(definition, { Echo: (call, callback) => callback(null, call.request) });
const port = await new Promise((resolve, reject) => server.bindAsync(
  '127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
const Client = grpc.makeGenericClientConstructor(definition, 'Echo');
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

function call() {
  return new Promise((resolve, reject) => client.Echo(MESSAGE, (error) => (error ? reject(error) : resolve())));
}

async function calls({ seconds, inFlight }) {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  let count = 0;
  const lane = async () => {
    for (; performance.now() < end; count++) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: count / elapsed, cpu: (user + system) / count };
}

answer({}, { calls });
