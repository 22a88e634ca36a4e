// A server under attack, in a process of its own: victim.cjs MODULE OPTIONS SECURE. Tells its port, then answers each line of its input with how it is.
const [, , module_, options, secure] = process.argv;
const http2 = require(module_);
const chunk = Buffer.alloc(64 * 1024);
const told = [];
let sessions = 0;
const server = secure ? http2.createSecureServer(JSON.parse(options)) : http2.createServer(JSON.parse(options));
server.on('sessionError', () => {});
server.on('session', (session) => {
  sessions++;
  session.on('close', () => sessions--);
});
server.on('limit', ({ option, scope, reached, value }) => {
  if (scope === 'session') told.push({ option, scope, reached, value });
});
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  const path = headers[':path'];
  if (path === '/large') {
    stream.respond({ ':status': 200 });
    const more = () => { while (!stream.destroyed && stream.write(chunk)); };
    stream.on('drain', more);
    more();
  } else if (path === '/upload') {
    stream.resume();
    stream.on('end', () => { if (!stream.destroyed) stream.respond({ ':status': 200 }, { endStream: true }); });
  } else if (path === '/held') {
    stream.respond({ ':status': 200 });
    stream.write('held');
  } else {
    stream.respond({ ':status': 200 });
    stream.end('hello world');
  }
});
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(99);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('data', () => console.log(JSON.stringify({ rss: process.memoryUsage().rss, sessions, told: told.splice(0) })));
process.stdin.on('end', () => process.exit(0));
