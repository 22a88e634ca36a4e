// One side of a large transfer; prints how much its resident memory grew. For memory.test.ts.
//
//   memory-child.cjs serve             prints its port; serves /down/N and /up, then {"grown": MB} after a body
//   memory-child.cjs down|up PORT N    transfers N octets and prints {"grown": MB, "length": N}

'use strict';

const { resolve } = require('node:path');
const duetto = require(resolve(__dirname, '../../dist/index.js'));

const MB = 1024 * 1024;
const chunk = Buffer.alloc(256 * 1024, 'duetto');
// A window of 64 KB on loopback measures the scheduler.
const settings = { initialWindowSize: 4 * MB };

let least = Infinity;
let most = 0;

function look() {
  const now = process.memoryUsage.rss();
  least = Math.min(least, now);
  most = Math.max(most, now);
}

function grown() {
  return Math.round((most - least) / MB);
}

function send(stream, length, done) {
  let left = length;
  let count = 0;
  const more = () => {
    while (left > 0) {
      const piece = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= piece.length;
      if (++count % 64 === 0) look();
      if (left === 0) {
        stream.end(piece, done);
        return;
      }
      if (!stream.write(piece)) {
        stream.once('drain', more);
        return;
      }
    }
  };
  more();
}

function take(stream, done) {
  let length = 0;
  let count = 0;
  stream.on('data', (piece) => {
    length += piece.length;
    if (++count % 256 === 0) look();
  });
  stream.on('end', () => done(length));
}

function serve() {
  const server = duetto.createServer({ settings });
  server.on('session', (session) => session.setLocalWindowSize(8 * MB));
  server.on('stream', (stream, headers) => {
    const [, way, length] = headers[':path'].split('/');
    least = Infinity;
    most = 0;
    look();
    stream.respond({ ':status': 200 });
    if (way === 'down') send(stream, Number(length), () => console.log(JSON.stringify({ grown: grown() })));
    else take(stream, (taken) => {
      console.log(JSON.stringify({ grown: grown() }));
      stream.end(String(taken));
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
}

function transfer(way, port, length) {
  const session = duetto.connect(`http://127.0.0.1:${port}`, { settings });
  session.once('connect', () => {
    session.setLocalWindowSize(8 * MB);
    look();
    const stream = session.request({ ':path': `/${way}/${length}`, ':method': way === 'up' ? 'POST' : 'GET' });
    const finish = (moved) => {
      console.log(JSON.stringify({ grown: grown(), length: moved }));
      session.close();
    };
    if (way === 'down') {
      take(stream, finish);
    } else {
      let answer = '';
      stream.setEncoding('utf8').on('data', (text) => { answer += text; }).on('end', () => finish(Number(answer)));
      send(stream, length);
    }
  });
}

const [what, port, length] = process.argv.slice(2);
if (what === 'serve') serve();
else transfer(what, Number(port), Number(length));
