import { connect } from 'node:http2';
import https from 'node:https';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { ask, askHttp1, cert, key, program } from '../program.mjs';

const vite = await createServer({
  root: fileURLToPath(new URL('../fixtures/vite', import.meta.url)),
  configFile: false, logLevel: 'silent', cacheDir: '.vite-cache', optimizeDeps: { noDiscovery: true },
  server: { host: 'localhost', port: 0, https: { key, cert }, watch: null },
});
await vite.listen();
const { port } = vite.httpServer.address();
const client = connect(`https://localhost:${port}`, { ca: cert });

// Vite puts its port, its token and times into what it serves.
const text = ({ status, headers, body }) => [status, headers['content-type'],
  body.replaceAll(String(port), 'PORT').replace(/wsToken = "[^"]*"/, 'wsToken').replace(/"?[?&]t=\d+/g, '').replace(/sourceMappingURL=.*/s, '')];
const get = (path, headers) => async () => text(await ask(client, { ':path': path, accept: '*/*', ...headers }));

await program({
  'the page': get('/', { accept: 'text/html' }),
  'a module': get('/main.ts'),
  'style': get('/style.css'),
  'style as it is': get('/style.css', { accept: 'text/css' }),
  "vite's client": async () => (await get('/@vite/client')())[0],
  'missing': async () => (await get('/missing.ts')())[0],
  '100 at a time': async () => (await Promise.all(Array.from({ length: 100 }, (_, i) => get(`/name.ts?v=${i}`)()))).map(([status]) => status),
  'HEAD': async () => (await ask(client, { ':method': 'HEAD', ':path': '/main.ts', accept: '*/*' })).status,
  'not modified': async () => {
    const { headers } = await ask(client, { ':path': '/name.ts', accept: '*/*' });
    return (await ask(client, { ':path': '/name.ts', accept: '*/*', 'if-none-match': headers.etag })).status;
  },
  'reloads that are broken off': async () => {
    for (let i = 0; i < 300; i++) {
      const stream = client.request({ ':path': `/main.ts?r=${i}`, accept: '*/*' });
      stream.on('error', () => {});
      setImmediate(() => stream.close(8));
      if (i % 20 === 0) await new Promise((resolve) => stream.on('close', resolve));
    }
    return (await get('/name.ts')())[0];
  },
  'HTTP/1': async () => {
    const { status, version } = await askHttp1(https, { host: 'localhost', port, ca: cert, path: '/name.ts', headers: { accept: '*/*' } });
    return [status, version];
  },
  'the socket of hot reloads': () => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: 'localhost', port, ca: cert, ALPNProtocols: ['http/1.1'] });
    socket.on('error', reject);
    socket.write(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZHVldHRvZHVldHRvZHVldA==\r\nSec-WebSocket-Protocol: vite-ping\r\n\r\n');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().split('\r\n')[0]);
    });
  }),
  'close': async () => {
    client.destroy();
    await vite.close();
  },
});
