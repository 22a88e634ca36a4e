import { Duplex } from 'node:stream';
import { field, frame, preface, settings, settingsAck } from '../../cli/frames.mjs';

// From a received chunk to listeners and back to bytes, over a stream that swallows what is sent.

const HEADERS = 1;
const END_BOTH = 5;
const PING = 6;
const REQUESTS = 100;
const PINGS = 100;
const block = Buffer.concat([field(':method', 'GET'), field(':scheme', 'http'), field(':authority', 'a'), field(':path', '/')]);

class Swallows extends Duplex {
  _read() {}
  _write(chunk, encoding, callback) { callback(); }
  _writev(chunks, callback) { callback(); }
}

/** A server's session that has shaken hands, as a function that hands it a chunk and lets the event loop turn once. */
function session(http2, onStream) {
  const server = http2.createServer({ maxSessionMemory: 1000 });
  if (onStream) server.on('stream', onStream);
  server.on('sessionError', (error) => { throw error; });
  const duplex = new Swallows();
  server.emit('connection', duplex);
  duplex.push(Buffer.concat([preface, settings(), settingsAck]));
  return (chunk) => {
    duplex.push(chunk);
    return new Promise((resolve) => setImmediate(resolve));
  };
}

export default function parts(load) {
  const http2 = load('index.js');
  const pings = Buffer.concat(Array.from({ length: PINGS }, () => frame(PING, 0, 0, Buffer.alloc(8))));
  const quiet = session(http2);
  const busy = session(http2, (stream) => {
    stream.respond({ ':status': 200 });
    stream.end('hello');
  });
  let next = 1;
  return [
    [`dispatch: a chunk of ${PINGS} PINGs`, () => quiet(pings)],
    [`dispatch: a chunk of ${REQUESTS} requests, answered`, () => {
      const frames = [];
      for (let i = 0; i < REQUESTS; i++, next += 2) frames.push(frame(HEADERS, END_BOTH, next, block));
      return busy(Buffer.concat(frames));
    }],
  ];
}
