// Server push (RFC 9113, section 8.4): the style sheet is on its way before the client has asked for it. Browsers no longer
// take pushes; other clients do.
//
//   node examples/push.mjs
import { once } from 'node:events';
import http2 from 'duetto';

const server = http2.createServer();
server.on('stream', (stream) => {
  if (stream.pushAllowed) {
    stream.pushStream({ ':path': '/style.css' }, (error, push) => {
      if (error) return console.error(`not pushed: ${error.message}`);
      push.respond({ ':status': 200, 'content-type': 'text/css' });
      push.end('body { color: teal }');
    });
  }
  stream.respond({ ':status': 200, 'content-type': 'text/html' });
  stream.end('<link rel="stylesheet" href="/style.css">');
});
await once(server.listen(0), 'listening');

const session = http2.connect(`http://localhost:${server.address().port}`);
const read = async (stream) => Buffer.concat(await stream.toArray()).toString();
// The pushed stream announces itself with the request that it answers.
const pushed = once(session, 'stream').then(async ([stream, headers]) => `pushed ${headers[':path']}: ${await read(stream)}`);
console.log(`asked for /: ${await read(session.request({ ':path': '/' }))}`);
console.log(await pushed);
session.close();
server.close();
