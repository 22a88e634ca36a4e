import express from 'express';
import bridge from 'http2-express-bridge';
import { connect, createSecureServer } from 'node:http2';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { ask, askHttp1, cert, key, listen, program } from '../program.mjs';

const app = bridge(express);
app.set('etag', 'strong');
app.use(express.json());
app.use('/static', express.static(fileURLToPath(new URL('../fixtures', import.meta.url)), { lastModified: false, etag: false }));
app.get('/', (req, res) => { res.set('x-version', req.httpVersion).send(`hello ${req.query.name}`); });
app.get('/json', (req, res) => { res.status(201).json({ ip: req.ip, secure: req.secure, url: req.originalUrl }); });
app.post('/json', (req, res) => { res.json({ got: req.body }); });
app.get('/redirect', (_req, res) => { res.redirect('/'); });
app.get('/cookie', (_req, res) => { res.cookie('a', '1').cookie('b', '2').end(); });
app.get('/slow', (_req, res) => {
  res.write('slow ');
  setTimeout(() => res.end('end'), 20);
});
app.get('/fail', () => { throw Object.assign(new Error('on purpose'), { status: 503, expose: true, stack: 'on purpose' }); });

const server = createSecureServer({ key, cert, allowHTTP1: true }, app);
const port = await listen(server);
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const get = (path, headers) => () => ask(client, { ':path': path, ...headers });

await program({
  ...Object.fromEntries(['/?name=you', '/json', '/redirect', '/cookie', '/slow', '/fail', '/missing', '/static/demo.proto'].map((path) => [path, get(path)])),
  'HEAD': get('/?name=you', { ':method': 'HEAD' }),
  'HEAD of a file': get('/static/demo.proto', { ':method': 'HEAD' }),
  'a range of a file': get('/static/demo.proto', { range: 'bytes=0-5' }),
  'not modified': async () => {
    const { headers } = await get('/?name=you')();
    return get('/?name=you', { 'if-none-match': headers.etag })();
  },
  'a body': () => ask(client, { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' }, '{"a":[1,2]}'),
  'a bad body': async () => (await ask(client, { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' }, '{')).status,
  '100 at a time': async () => (await Promise.all(Array.from({ length: 100 }, (_, i) => get(`/?name=${i}`)()))).map(({ body }) => body),
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/?name=old' }),
  'close': () => {
    client.destroy();
    server.close();
    setTimeout(() => process.exit(), 200).unref();
  },
});
