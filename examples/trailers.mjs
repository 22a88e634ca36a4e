// Trailers (RFC 9113, section 8.1): fields after the body, here a checksum that is known only when all has been sent.
//
//   node examples/trailers.mjs
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import http2 from 'duetto';

const server = http2.createServer();
server.on('stream', (stream) => {
  const hash = createHash('sha256');
  stream.respond({ ':status': 200, trailer: 'x-sha256' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sha256': hash.digest('hex') }));
  Readable.from(['one ', 'two ', 'three']).on('data', (part) => hash.update(part)).pipe(stream);
});
await once(server.listen(0), 'listening');

const session = http2.connect(`http://localhost:${server.address().port}`);
const stream = session.request();
const trailers = once(stream, 'trailers');
const hash = createHash('sha256');
for await (const part of stream) hash.update(part);
const [{ 'x-sha256': sum }] = await trailers;
console.log(sum === hash.digest('hex') ? `all of it arrived: ${sum}` : 'the checksums differ');
session.close();
server.close();
