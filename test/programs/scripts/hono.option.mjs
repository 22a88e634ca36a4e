import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { connect } from 'node:http2';
import https from 'node:https';
import { ask, askHttp1, cert, close, http2, key, later, program } from '../program.mjs';

const app = new Hono();
app.get('/', (c) => c.json({ query: c.req.query(), given: c.req.header('x-given') }, 200, { 'x-url': new URL(c.req.url).protocol }));
app.post('/json', async (c) => c.json(await c.req.json(), 201));
app.post('/echo', (c) => c.body(c.req.raw.body));
app.get('/stream', (c) => stream(c, async (body) => {
  for (const text of ['a', 'b', 'c']) {
    await body.write(text);
    await later(5);
  }
}));
app.get('/fail', () => { throw new Error('on purpose'); });
app.onError((error, c) => c.text(error.message, 500));

const [hostname, port] = ['127.0.0.1', 0];

const server = serve({
  fetch: app.fetch,
  createServer: http2.createSecureServer,
  serverOptions: { key, cert, allowHTTP1: true },
  hostname,
  port,
});
if (!server.listening) await new Promise((resolve) => { server.once('listening', resolve); });

const bound = server.address().port;
const client = connect(`https://localhost:${bound}`, { ca: cert, host: '127.0.0.1' });
const json = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };

await program({
  'get': () => ask(client, { ':path': '/?name=you', 'x-given': 'given' }),
  'json': () => ask(client, json, '{"a":1}'),
  'echo': async () => (await ask(client, { ':method': 'POST', ':path': '/echo' }, 'x'.repeat(300_000))).body.length,
  'a stream': () => ask(client, { ':path': '/stream' }),
  'a failure': () => ask(client, { ':path': '/fail' }),
  'missing': () => ask(client, { ':path': '/missing' }),
  'HTTP/1': () => askHttp1(https, { port: bound, ca: cert, path: '/?name=old' }),
  'a client that leaves': async () => {
    const stream = client.request({ ':method': 'POST', ':path': '/echo' });
    stream.on('error', () => {});
    stream.write('begun');
    await new Promise((resolve) => { stream.once('data', resolve); });
    stream.close(8);
    await new Promise((resolve) => { stream.once('close', resolve); });
    return (await ask(client, { ':path': '/' })).status;
  },
  'close': async () => {
    client.close();
    await close(server);
  },
});
