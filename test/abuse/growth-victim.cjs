// What an attacker costs, seen from within: growth-victim.cjs MODULE KIND HANDLER. KIND is `server`, which tells its port, or the
// port of a server to connect to. Answers each line of its input with the growth of RSS in octets, the longest delay of the
// event loop in milliseconds, and the limits that were told.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const [, , module_, kind, handler] = process.argv;
const http2 = require(module_);
const told = new Set();
const handlers = {
  // Neither reads nor answers.
  hold: () => {},
  answer: (stream) => {
    stream.respond({ ':status': 200 });
    stream.end('hello');
  },
  // Reads a chunk, and thinks about it.
  async slow(stream) {
    for await (const _ of stream) await new Promise((done) => { setTimeout(done, 50); });
  },
};
let before;
let peak = 0;
const delay = monitorEventLoopDelay({ resolution: 5 });
function begin() {
  global.gc();
  before = process.memoryUsage().rss;
  setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 20);
  delay.enable();
}
if (kind === 'server') {
  const server = http2.createServer();
  server.on('sessionError', () => {});
  server.on('limit', ({ option }) => told.add(option));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    Promise.resolve(handlers[headers[':method'] === 'GET' ? 'answer' : handler](stream)).catch(() => {});
  });
  server.listen(0, '127.0.0.1', () => {
    begin();
    console.log(server.address().port);
  });
} else {
  const session = http2.connect(`http://127.0.0.1:${kind}`);
  session.on('error', () => {});
  session.on('limit', ({ option }) => told.add(option));
  if (handler === 'take') session.on('stream', (push) => push.on('error', () => {}));
  session.request({ ':path': '/' }).on('error', () => {}).resume();
  begin();
  console.log('connected');
}
process.stdin.on('data', () => {
  peak = Math.max(peak, process.memoryUsage().rss);
  console.log(JSON.stringify({ growth: peak - before, delay: delay.max / 1e6, told: [...told] }));
});
process.stdin.on('end', () => process.exit(0));
