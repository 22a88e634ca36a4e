import { once } from 'node:events';
import { answer, implementation } from '../harness/answer.mjs';

// Client and server in one process, on one implementation.

const http2 = await implementation();

const MESSAGE = Buffer.alloc(100, 'm');
/** Messages of a streaming call that are on their way at a time. */
const IN_FLIGHT = 50;

/** A listener that is called once for each whole message in the stream's octets. */
function eachMessage(listener) {
  let octets = 0;
  return (chunk) => {
    for (octets += chunk.length; octets >= MESSAGE.length; octets -= MESSAGE.length) listener();
  };
}

const server = http2.createServer();
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  if (headers[':method'] === 'GET') stream.end('Hello World');
  else stream.on('data', eachMessage(() => stream.write(MESSAGE))).on('end', () => stream.end());
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

async function timed(seconds, work) {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  await once(session, 'connect');
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const count = await work(session, started + seconds * 1000);
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  session.destroy();
  return { perSecond: count / elapsed, cpu: (user + system) / count };
}

function get(session) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/' }, { endStream: true });
    stream.on('error', reject);
    stream.on('end', resolve);
    stream.resume();
  });
}

/** Small requests, `streams` at a time. */
function requests({ seconds, streams }) {
  return timed(seconds, async (session, end) => {
    let count = 0;
    const lane = async () => {
      for (; performance.now() < end; count++) await get(session);
    };
    await Promise.all(Array.from({ length: streams }, lane));
    return count;
  });
}

/** Small messages both ways on one stream, each sent when an earlier one has come back. */
function messages({ seconds }) {
  return timed(seconds, (session, end) => new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    let received = 0;
    let sent = IN_FLIGHT;
    let over = false;
    stream.on('error', reject);
    stream.on('data', eachMessage(() => {
      if (++received % IN_FLIGHT === 0) over ||= performance.now() >= end;
      if (!over) {
        stream.write(MESSAGE);
        sent++;
      } else if (received === sent) {
        stream.end();
      }
    }));
    stream.on('end', () => resolve(sent));
    for (let i = 0; i < IN_FLIGHT; i++) stream.write(MESSAGE);
  }));
}

answer({}, { requests, messages });
