import middlewares from 'connect';
import { connect } from 'node:http2';
import https from 'node:https';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import webpack from 'webpack';
import WebpackDevServer from 'webpack-dev-server';
import { ask, askHttp1, cert, http2, key, program } from '../program.mjs';

const fixture = fileURLToPath(new URL('../fixtures/vite', import.meta.url));
const compiler = webpack({
  mode: 'development', devtool: false, context: fixture, entry: './main.ts', infrastructureLogging: { level: 'none' }, stats: 'none',
});
const devServer = {
  // The default, Express 4, is for HTTP/1 alone.
  app: () => middlewares(),
  server: {
    type: (options, app) => http2.createSecureServer({ ...options, allowHTTP1: true }, app),
    options: { key, cert },
  },
};

const server = new WebpackDevServer({ ...devServer, host: '127.0.0.1', port: 0, static: { directory: fixture, watch: false } }, compiler);
await server.start();

const { port } = server.server.address();
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const brief = ({ status, headers, body }) => [status, headers['content-type'], body.length > 0];
const get = (path, headers) => async () => brief(await ask(client, { ':path': path, accept: '*/*', ...headers }));

await program({
  'the page': async () => (await ask(client, { ':path': '/', accept: 'text/html' })).body,
  'what is built': async () => {
    const { status, headers, body } = await ask(client, { ':path': '/main.js', accept: '*/*' });
    return [status, headers['content-type'], body.includes('greeting')];
  },
  'a static file': get('/style.css'),
  'a range of it': async () => (await ask(client, { ':path': '/style.css', range: 'bytes=0-5' })).body,
  'HEAD': get('/main.js', { ':method': 'HEAD' }),
  'missing': async () => (await get('/missing.js')())[0],
  '100 at a time': async () => (await Promise.all(Array.from({ length: 100 }, (_, i) => get(`/main.js?v=${i}`)()))).map(([status]) => status),
  'HTTP/1': async () => {
    const { status, version } = await askHttp1(https, { port, ca: cert, path: '/main.js' });
    return [status, version];
  },
  'the socket of hot reloads': () => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', servername: 'localhost', port, ca: cert, ALPNProtocols: ['http/1.1'] });
    socket.on('error', reject);
    socket.write(`GET /ws HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZHVldHRvZHVldHRvZHVldA==\r\n\r\n');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().split('\r\n')[0]);
    });
  }),
  'close': async () => {
    client.destroy();
    await server.stop();
  },
});
