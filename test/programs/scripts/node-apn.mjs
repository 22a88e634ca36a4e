import apn from '@parse/node-apn';
import { generateKeyPairSync } from 'node:crypto';
import { createSecureServer } from 'node:http2';
import tls from 'node:tls';
import { cert, close, key, listen, program } from '../program.mjs';

const seen = [];
const server = createSecureServer({ key, cert });
server.on('stream', async (stream, headers) => {
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += chunk;
  const device = headers[':path'].split('/').at(-1);
  seen.push({ path: headers[':path'], topic: headers['apns-topic'], priority: headers['apns-priority'], token: headers.authorization?.slice(0, 7), body });
  if (device.startsWith('dead')) {
    stream.respond({ ':status': 410 });
    stream.end(JSON.stringify({ reason: 'Unregistered', timestamp: 1 }));
  } else if (device.startsWith('bad')) {
    stream.respond({ ':status': 400 });
    stream.end('{"reason":"BadDeviceToken"}');
  } else {
    stream.respond({ ':status': 200, 'apns-id': device }, { endStream: true });
  }
});
const port = await listen(server);

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new apn.Provider({
  token: { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), keyId: 'ABCDE12345', teamId: 'ABCDE12345' },
  production: false,
  // In place of Apple's; `port` is not looked at.
  address: 'localhost',
  createConnection: () => tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca: cert, ALPNProtocols: ['h2'] }),
});

const note = new apn.Notification({ alert: 'hello', topic: 'org.example.app', priority: 5, payload: { from: 'here' } });

async function send(devices) {
  const { sent, failed } = await provider.send(note, devices);

  return {
    sent: sent.map(({ device }) => device).sort(),
    failed: failed.map(({ device, status, response, error }) => [device, status, response ?? error?.message]).sort(),
    seen: seen.splice(0).sort((a, b) => a.path < b.path ? -1 : 1),
  };
}

await program({
  'one': () => send('a0'),
  'some that fail': () => send(['a1', 'bad1', 'dead1']),
  '100 at a time': () => send(Array.from({ length: 100 }, (_, i) => `b${i}`)),
  'close': async () => {
    await provider.shutdown();
    await close(server);
  },
});
