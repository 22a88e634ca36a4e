import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ask, later, listen, program } from '../program.mjs';

function serve() {
  const server = createServer();
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    if (headers[':path'] === '/endless') {
      const more = () => { while (!stream.destroyed && stream.write(Buffer.alloc(20_000))); };
      stream.on('drain', more);
      more();
    } else {
      stream.end('served');
    }
  });
  return server;
}

async function thread() {
  const server = serve();
  const own = await listen(server);
  // One stream from within, one to the main thread, one from it: all are cut off.
  for (const port of [own, workerData.port]) {
    const client = connect(`http://127.0.0.1:${port}`);
    client.on('error', () => {});
    const stream = client.request({ ':path': '/endless' });
    stream.on('error', () => {});
    await once(stream, 'data');
    stream.resume();
  }
  parentPort.postMessage(own);
}

async function main() {
  const server = serve();
  const port = await listen(server);
  await program({
    'threads are killed within streams': async () => {
      let killed = 0;
      for (let round = 0; round < 5; round++) {
        await Promise.all(Array.from({ length: 3 }, async () => {
          const worker = new Worker(new URL(import.meta.url), { workerData: { port } });
          const [own] = await once(worker, 'message');
          const client = connect(`http://127.0.0.1:${own}`);
          client.on('error', () => {});
          const stream = client.request({ ':path': '/endless' });
          stream.on('error', () => {});
          await once(stream, 'data');
          stream.resume();
          await later(round * 5);
          const closed = new Promise((resolve) => client.on('close', resolve));
          await worker.terminate();
          await closed;
          killed++;
        }));
      }
      return killed;
    },
    'the process lives': async () => {
      const client = connect(`http://127.0.0.1:${port}`);
      const { status, body } = await ask(client);
      client.close();
      return [status, body];
    },
  });
  server.close();
  setTimeout(() => process.exit(), 100).unref();
}

if (isMainThread) await main();
else await thread();
