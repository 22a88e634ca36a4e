import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { project, run, runScript } from '../helpers/child.ts';
import { tls } from '../helpers/serve.ts';

const child = resolve(project, 'test/helpers/exit-child.cjs');
const env = { DUETTO_TEST_TLS: JSON.stringify({ key: tls.key, cert: tls.cert }) };

const moments = [
  'loaded', 'server:listening', 'server:session', 'server:stream', 'serverSession:remoteSettings', 'serverSession:localSettings',
  'serverSession:ping', 'serverSession:close', 'serverStream:responded', 'serverStream:data', 'serverStream:end', 'serverStream:written',
  'serverStream:wantTrailers', 'serverStream:trailers', 'serverStream:finish', 'serverStream:close', 'client:connect',
  'client:remoteSettings', 'client:localSettings', 'client:close', 'client:pinged', 'requested', 'clientStream:ready',
  'clientStream:response', 'clientStream:data', 'clientStream:end', 'clientStream:trailers', 'clientStream:finish', 'clientStream:close',
  'exit-listener', 'nextTick', 'destroyed',
];

test.concurrent.each(moments)('process.exit is quiet: %s', async (moment) => {
  const outcomes = await Promise.all([run(process.execPath, [child, moment]), run(process.execPath, [child, moment, 'secure'], { env })]);
  for (const outcome of outcomes) expect(outcome).toEqual({ code: 7, signal: null, stdout: '', stderr: '' });
});

test('a process that has nothing left to do ends by itself', async () => {
  expect(await run(process.execPath, [child, 'never'])).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(await run(process.execPath, [child, 'never', 'secure'], { env })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
});

test('an exception in a listener ends the process with that exception', async () => {
  const { code, signal, stderr } = await run(process.execPath, [child, 'throw']);
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toContain('Error: thrown on purpose');
});

test('a handled exception in a listener loses nothing that was received', async () => {
  const { stdout, code } = await runScript(`
    let thrown = 0;
    process.on('uncaughtException', () => thrown++);
    const server = duetto.createServer();
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.end('answer');
      throw new Error('each time');
    });
    server.listen(0, '127.0.0.1', () => {
      const session = duetto.connect('http://127.0.0.1:' + server.address().port);
      let answers = 0;
      for (let i = 0; i < 20; i++) {
        let text = '';
        const stream = session.request();
        stream.setEncoding('utf8').on('data', (part) => { text += part; }).on('close', () => {
          if (text === 'answer') answers++;
          if (answers < 20) return;
          print({ thrown, answers });
          session.close();
          server.close();
        });
      }
    });
  `);
  expect(JSON.parse(stdout)).toEqual({ thrown: 20, answers: 20 });
  expect(code).toBe(0);
});
