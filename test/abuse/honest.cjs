// An honest client on a connection of its own, by the built-in module: a request after another, until its input says stop.
const http2 = require('node:http2');
const session = http2.connect(process.argv[2], { rejectUnauthorized: false });
const times = [];
let failed = 0;
let stopped = false;
session.on('error', (error) => { console.error(error.message); failed++; stopped = true; report(); });
function next() {
  if (stopped) return report();
  const from = performance.now();
  let ok = false;
  const stream = session.request({ ':path': '/hello' });
  stream.on('error', () => {});
  stream.on('response', (headers) => { ok = headers[':status'] === 200; });
  stream.resume();
  stream.on('close', () => {
    if (!ok || stream.rstCode !== 0) failed++;
    times.push(performance.now() - from);
    setTimeout(next, 3);
  });
}
let reported = false;
function report() {
  if (reported) return;
  reported = true;
  times.sort((a, b) => a - b);
  const at = (part) => Math.round((times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN) * 10) / 10;
  console.log(JSON.stringify({ requests: times.length, failed, p50: at(0.5), p99: at(0.99) }));
  session.destroy();
  process.stdin.destroy();
}
session.on('connect', () => {
  console.log('ready');
  next();
});
process.stdin.on('data', () => { stopped = true; });
