import { once } from 'node:events';
import { answer, implementation } from '../harness/answer.mjs';

// One session that serves and serves: client and server in one process.

const http2 = await implementation();
const IN_FLIGHT = 100;

const server = http2.createServer();
server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('Hello World');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
await once(session, 'connect');

function get() {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/' }, { endStream: true });
    stream.on('error', reject);
    stream.on('end', resolve);
    stream.resume();
  });
}

async function serve({ count }) {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let left = count;
  const lane = async () => {
    while (left-- > 0) await get();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: count / elapsed, cpu: (user + system) / count };
}

answer({}, { serve });
