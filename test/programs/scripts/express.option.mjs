import express from 'express-5';
import { connect } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { ask, cert, close, http2, key, listen, program } from '../program.mjs';

Object.setPrototypeOf(express.request, http2.Http2ServerRequest.prototype);
Object.setPrototypeOf(express.response, http2.Http2ServerResponse.prototype);

const app = express();
app.use((req, _res, next) => {
  req.headers.host ??= req.authority;
  next();
});
app.use(express.json());
app.use('/static', express.static(fileURLToPath(new URL('../fixtures', import.meta.url)), { lastModified: false, etag: false }));
app.get('/', (req, res) => { res.set('x-version', req.httpVersion).send(`hello ${req.query.name} at ${req.hostname}`); });
app.post('/json', (req, res) => { res.status(201).json({ got: req.body, given: req.get('x-given'), secure: req.secure, ip: req.ip }); });
app.get('/cookie', (_req, res) => { res.cookie('a', '1').cookie('b', '2').redirect('/'); });
app.get('/fail', () => { throw Object.assign(new Error('on purpose'), { status: 503, expose: true, stack: 'on purpose' }); });

const server = http2.createSecureServer({ key, cert }, app);
const port = await listen(server);

const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const get = (path, headers) => () => ask(client, { ':path': path, ...headers });
const post = (body) => ask(client, {
  ':method': 'POST', ':path': '/json', 'content-type': 'application/json', 'content-length': body.length, 'x-given': 'given',
}, body);

await program({
  ...Object.fromEntries(['/?name=you', '/cookie', '/fail', '/missing', '/static/demo.proto'].map((path) => [path, get(path)])),
  'HEAD': get('/?name=you', { ':method': 'HEAD' }),
  'a range of a file': get('/static/demo.proto', { range: 'bytes=0-5' }),
  'not modified': async () => {
    const { headers } = await get('/?name=you')();
    return get('/?name=you', { 'if-none-match': headers.etag })();
  },
  'json': () => post('{"a":1}'),
  'no json': async () => (await post('{')).status,
  'close': async () => {
    client.close();
    await close(server);
  },
});
