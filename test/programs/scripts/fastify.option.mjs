import Fastify from 'fastify';
import { connect } from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ask, askHttp1, cert, http2, key, program } from '../program.mjs';

const app = Fastify({
  http2: true,
  serverFactory: (handler) => http2.createSecureServer({ key, cert, allowHTTP1: true }, handler),
});
app.get('/', async (request) => ({ hello: request.query.name, version: request.raw.httpVersion }));
app.post('/json', async (request, reply) => reply.code(201).header('x-given', request.headers['x-given']).send(request.body));
app.get('/stream', (_request, reply) => { reply.type('text/plain').send(Readable.from(['a', 'b', 'c'])); });
app.get('/trailers', (_request, reply) => {
  reply.trailer('x-sum', async () => 'abc');
  reply.send('body');
});
await app.listen({ port: 0, host: '127.0.0.1' });

const { port } = app.server.address();
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const json = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json', 'x-given': 'given' };

await program({
  'get': () => ask(client, { ':path': '/?name=you' }),
  'json': () => ask(client, json, '{"a":1}'),
  'a stream': () => ask(client, { ':path': '/stream' }),
  'trailers': () => ask(client, { ':path': '/trailers' }),
  'missing': () => ask(client, { ':path': '/missing' }),
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/?name=old' }),
  'close': async () => {
    client.close();
    await app.close();
  },
});
