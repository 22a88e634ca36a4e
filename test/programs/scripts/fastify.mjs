import Fastify from 'fastify';
import { connect } from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ask, askHttp1, cert, key, program } from '../program.mjs';

const app = Fastify({ http2: true, https: { key, cert, allowHTTP1: true }, forceCloseConnections: true });
app.addHook('onRequest', async (request, reply) => { reply.header('x-version', request.raw.httpVersion); });
app.get('/', async (request) => ({ hello: request.query.name ?? 'world' }));
app.get('/stream', (_request, reply) => { reply.type('text/plain').send(Readable.from(['a', 'b', 'c'])); });
app.get('/fail', async () => { throw new Error('on purpose'); });
app.post('/json', { schema: { body: { type: 'object', required: ['a'] } } }, async (request, reply) => reply.code(201).send(request.body));
app.get('/trailers', (_request, reply) => {
  reply.trailer('x-sum', async () => 'abc');
  reply.send('body');
});
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address();
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const json = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };

await program({
  'get': () => ask(client, { ':path': '/?name=you' }),
  'head': () => ask(client, { ':method': 'HEAD' }),
  'missing': () => ask(client, { ':path': '/missing' }),
  'a failure': () => ask(client, { ':path': '/fail' }),
  'a stream': () => ask(client, { ':path': '/stream' }),
  'trailers': () => ask(client, { ':path': '/trailers' }),
  'json': () => ask(client, json, '{"a":1}'),
  'json that is not valid': () => ask(client, json, '{"b":1}'),
  'no json': () => ask(client, json, '{'),
  '200 at a time': async () => (await Promise.all(Array.from({ length: 200 }, (_, i) => ask(client, { ':path': `/?name=${i}` })))).map(({ body }) => body),
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/?name=old' }),
  'HTTP/1, json': () => askHttp1(https, { port, ca: cert, method: 'POST', path: '/json', headers: { 'content-type': 'application/json' } }, '{"a":2}'),
  'inject': async () => (await app.inject('/?name=inside')).body,
  'close': async () => {
    client.close();
    await app.close();
  },
});
