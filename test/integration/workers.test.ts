import { expect, test } from 'vitest';
import { runScript } from '../helpers/child.ts';

const prelude = `
  const { Worker } = require('node:worker_threads');
  const { once } = require('node:events');
  const entry = require.resolve(${JSON.stringify('./dist/index.js')}, { paths: [process.cwd()] });
  const serverSource = \`
    const { parentPort } = require('node:worker_threads');
    const duetto = require(\${JSON.stringify(entry)});
    const chunk = Buffer.alloc(65536, 'w');
    const server = duetto.createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      if (headers[':path'] === '/hello') return stream.end('hello');
      const more = () => { while (stream.write(chunk)); };
      stream.on('drain', more);
      more();
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  \`;
  const server = async () => {
    const worker = new Worker(serverSource, { eval: true });
    const [port] = await once(worker, 'message');
    return { worker, port };
  };
  const get = (port, path) => {
    const session = duetto.connect('http://127.0.0.1:' + port);
    session.on('error', () => {});
    const stream = session.request({ ':path': path });
    stream.on('error', () => {});
    return { session, stream };
  };
`;

test('servers in four worker threads and the main thread answer at the same time', async () => {
  const { stdout, stderr, code } = await runScript(`${prelude}
    (async () => {
      const servers = await Promise.all([1, 2, 3, 4].map(server));
      const texts = await Promise.all(servers.map(async ({ port }) => {
        const { session, stream } = get(port, '/hello');
        let text = '';
        for await (const part of stream.setEncoding('utf8')) text += part;
        session.close();
        return text;
      }));
      print(texts);
      await Promise.all(servers.map(({ worker }) => worker.terminate()));
    })();
  `);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(['hello', 'hello', 'hello', 'hello']);
  expect(code).toBe(0);
});

test('workers that are terminated in the middle of a response take nothing along', async () => {
  const { stdout, stderr, code } = await runScript(`${prelude}
    (async () => {
      let survived = 0;
      for (let round = 0; round < 8; round++) {
        const { worker, port } = await server();
        const { session, stream } = get(port, '/forever');
        const closed = new Promise((resolve) => session.on('close', resolve));
        await once(stream, 'data');
        stream.resume();
        await worker.terminate();
        await closed;
        if (session.destroyed && stream.destroyed) survived++;
      }
      print({ survived });
    })();
  `);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ survived: 8 });
  expect(code).toBe(0);
});

test('clients in workers that are terminated in the middle of a response leave the server whole', async () => {
  const { stdout, stderr, code } = await runScript(`${prelude}
    const clientSource = \`
      const { parentPort, workerData } = require('node:worker_threads');
      const duetto = require(\${JSON.stringify(entry)});
      const stream = duetto.connect('http://127.0.0.1:' + workerData).request({ ':path': '/forever' });
      stream.once('data', () => parentPort.postMessage('reading'));
      stream.resume();
    \`;
    (async () => {
      const { worker, port } = await server();
      for (let round = 0; round < 8; round++) {
        const client = new Worker(clientSource, { eval: true, workerData: port });
        await once(client, 'message');
        await client.terminate();
      }
      const { session, stream } = get(port, '/hello');
      let text = '';
      for await (const part of stream.setEncoding('utf8')) text += part;
      print(text);
      session.close();
      await worker.terminate();
    })();
  `);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toBe('hello');
  expect(code).toBe(0);
});

test('process.exit with busy workers is quiet', async () => {
  const outcome = await runScript(`${prelude}
    (async () => {
      for (const { port } of await Promise.all([1, 2, 3].map(server))) {
        const { stream } = get(port, '/forever');
        await once(stream, 'data');
        stream.resume();
      }
      process.exit(7);
    })();
  `);
  expect(outcome).toEqual({ code: 7, signal: null, stdout: '', stderr: '' });
});
