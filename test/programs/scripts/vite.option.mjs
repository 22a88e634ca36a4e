import { connect } from 'node:http2';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { ask, askHttp1, cert, http2, key, listen, program } from '../program.mjs';

const config = {
  root: fileURLToPath(new URL('../fixtures/vite', import.meta.url)),
  configFile: false, logLevel: 'silent', cacheDir: '.vite-cache/option', optimizeDeps: { noDiscovery: true },
};

const server = http2.createSecureServer({ key, cert, allowHTTP1: true });
const vite = await createServer({
  ...config,
  server: { middlewareMode: true, hmr: { server } },
});
server.on('request', vite.middlewares);
const port = await listen(server);

const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });

// Vite puts its token and times into what it serves.
const text = ({ status, headers, body }) => [status, headers['content-type'],
  body.replace(/wsToken = "[^"]*"/, 'wsToken').replace(/"?[?&]t=\d+/g, '').replace(/sourceMappingURL=.*/s, '')];
const get = (path, headers) => async () => text(await ask(client, { ':path': path, accept: '*/*', ...headers }));

await program({
  'the page': get('/', { accept: 'text/html' }),
  'a module': get('/main.ts'),
  'style': get('/style.css', { accept: 'text/css' }),
  '100 at a time': async () => (await Promise.all(Array.from({ length: 100 }, (_, i) => get(`/name.ts?v=${i}`)()))).map(([status]) => status),
  'HTTP/1': async () => {
    const { status, version } = await askHttp1(https, { port, ca: cert, path: '/name.ts', headers: { accept: '*/*' } });
    return [status, version];
  },
  'the socket of hot reloads': () => new Promise((resolve, reject) => {
    const headers = { 'Connection': 'Upgrade', 'Upgrade': 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'ZHVldHRvZHVldHRvZHVldA==', 'Sec-WebSocket-Protocol': 'vite-ping' };
    https.get({ host: '127.0.0.1', servername: 'localhost', port, ca: cert, agent: false, headers }, reject)
      .on('error', reject)
      .on('upgrade', ({ statusCode, headers: { upgrade } }, socket) => {
        socket.destroy();
        resolve([statusCode, upgrade]);
      });
  }),
  'close': async () => {
    client.destroy();
    await vite.close();
    server.close();
    setTimeout(() => process.exit(), 200).unref();
  },
});
