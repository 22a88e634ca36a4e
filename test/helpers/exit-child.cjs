// Calls process.exit(7) at one moment in the life of a server, a client and their streams. For exit.test.ts.
//
//   exit-child.cjs MOMENT [secure]

'use strict';

const { resolve } = require('node:path');
const duetto = require(resolve(__dirname, '../../dist/index.js'));

const [moment, secure] = process.argv.slice(2);
const now = () => process.exit(7);
const at = (name, emitter, event = name.split(':')[1]) => { if (moment === name) emitter.once(event, now); };
if (moment === 'loaded') now();
if (moment === 'exit-listener') process.on('exit', () => { session.destroy(); server.close(); });

const chunk = Buffer.alloc(100_000, 'x');
const tls = secure ? JSON.parse(process.env.DUETTO_TEST_TLS) : undefined;
const server = secure ? duetto.createSecureServer(tls) : duetto.createServer();
let session;
at('server:listening', server);
at('server:session', server);
at('server:stream', server);
server.on('session', (one) => {
  at('serverSession:remoteSettings', one);
  at('serverSession:localSettings', one);
  at('serverSession:ping', one);
  at('serverSession:close', one);
});
server.on('stream', (stream, headers) => {
  for (const event of ['data', 'end', 'finish', 'close', 'aborted', 'drain', 'trailers']) at(`serverStream:${event}`, stream);
  stream.on('error', () => {});
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
  if (moment === 'serverStream:responded') now();
  stream.on('wantTrailers', () => {
    if (moment === 'serverStream:wantTrailers') now();
    stream.sendTrailers({ 'x-end': '1' });
  });
  if (moment === 'serverStream:data' || headers[':method'] === 'POST') stream.resume();
  stream.write(chunk, () => { if (moment === 'serverStream:written') now(); });
  stream.end(chunk);
});
server.listen(0, '127.0.0.1', () => {
  session = duetto.connect(`${secure ? 'https' : 'http'}://127.0.0.1:${server.address().port}`, { rejectUnauthorized: false });
  for (const event of ['connect', 'remoteSettings', 'localSettings', 'close']) at(`client:${event}`, session);
  const stream = session.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true });
  for (const event of ['ready', 'response', 'data', 'end', 'trailers', 'finish', 'close']) at(`clientStream:${event}`, stream);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '2' }));
  stream.resume();
  stream.end(chunk);
  if (moment === 'requested') now();
  if (moment === 'exit-listener') stream.once('data', now);
  if (moment === 'throw') stream.once('data', () => { throw new Error('thrown on purpose'); });
  if (moment === 'nextTick') stream.once('data', () => process.nextTick(now));
  if (moment === 'destroyed') stream.once('data', () => { session.destroy(); now(); });
  session.ping(() => { if (moment === 'client:pinged') now(); });
  stream.once('close', () => {
    session.ping(() => {
      session.close();
      server.close();
    });
  });
});
