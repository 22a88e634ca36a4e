import { once } from 'node:events';
import { answer, implementation } from '../harness/answer.mjs';

// One download with default options, as far as it gets.

const http2 = await implementation();

/** @param most octets after which it is given up, and likewise `seconds` */
async function download({ url, most, seconds }) {
  const session = http2.connect(url);
  await once(session, 'connect');
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const stream = session.request({ ':path': '/' });
  let octets = 0;
  const over = setTimeout(() => stream.destroy(), seconds * 1000);
  stream.on('data', (chunk) => {
    octets += chunk.length;
    if (octets >= most) stream.destroy();
  });
  stream.on('error', () => {});
  await once(stream, 'close');
  clearTimeout(over);
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  session.destroy();
  return { perSecond: octets / elapsed, cpu: (user + system) / (octets / 1e6) };
}

answer({}, { download });
