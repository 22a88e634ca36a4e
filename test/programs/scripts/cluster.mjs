import cluster from 'node:cluster';
import { connect, createServer } from 'node:http2';
import { ask, program } from '../program.mjs';

const WORKERS = 4;

function work() {
  const server = createServer((request, response) => {
    response.setHeader('x-worker', cluster.worker.id);
    if (request.url === '/endless') {
      const more = () => { while (!response.destroyed && response.write(Buffer.alloc(20_000))); };
      response.on('drain', more);
      more();
      return;
    }
    response.end('served');
  });
  // The first that listens gets a free port, and all the others that one.
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function fork() {
  return new Promise((resolve) => {
    const worker = cluster.fork();
    worker.once('message', ({ port }) => resolve(port));
  });
}

async function load(port, connections, requests) {
  const workers = new Set();
  let served = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    const client = connect(`http://127.0.0.1:${port}`);
    client.on('error', () => {});
    for (let i = 0; i < requests; i += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(client)));
      for (const { status, body, headers } of answers) {
        if (status === 200 && body === 'served') served++;
        workers.add(headers['x-worker']);
      }
    }
    await new Promise((resolve) => client.close(resolve));
  }));
  return { served, workers: workers.size };
}

async function lead() {
  const ports = await Promise.all(Array.from({ length: WORKERS }, fork));
  const [port] = ports;
  await program({
    'the port': () => new Set(ports).size,
    'four share it': () => load(port, 16, 200),
    'one is killed within a stream': async () => {
      const client = connect(`http://127.0.0.1:${port}`);
      client.on('error', () => {});
      const stream = client.request({ ':path': '/endless' });
      stream.on('error', () => {});
      const headers = await new Promise((resolve) => stream.once('response', resolve));
      stream.resume();
      const closed = new Promise((resolve) => stream.on('close', resolve));
      const worker = cluster.workers[headers['x-worker']];
      // Until the primary knows, it hands connections to the dead.
      const gone = new Promise((resolve) => worker.on('exit', resolve));
      setTimeout(() => worker.process.kill('SIGKILL'), 50);
      await Promise.all([closed, gone]);
      return [stream.destroyed, client.destroyed];
    },
    'three are left': () => load(port, 8, 100),
    'a new one': async () => (await fork()) === port,
    'others take their place': () => load(port, 8, 100),
  });
  for (const worker of Object.values(cluster.workers)) worker.process.kill();
}

if (cluster.isPrimary) await lead();
else work();
