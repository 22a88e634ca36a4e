import Koa from 'koa';
import { connect } from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ask, askHttp1, cert, close, http2, key, listen, program } from '../program.mjs';

const app = new Koa();
app.use(async (ctx) => {
  ctx.set('x-version', ctx.req.httpVersion);
  switch (ctx.path) {
    case '/': ctx.body = { query: ctx.query, given: ctx.get('x-given') }; break;
    case '/stream': ctx.body = Readable.from(['a', 'b', 'c']); break;
    case '/echo': ctx.body = ctx.req; break;
  }
});

const server = http2.createSecureServer({ key, cert, allowHTTP1: true }, app.callback());
const port = await listen(server);

const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });

await program({
  'get': () => ask(client, { ':path': '/?name=you', 'x-given': 'given' }),
  'a stream': () => ask(client, { ':path': '/stream' }),
  'echo': async () => (await ask(client, { ':method': 'POST', ':path': '/echo' }, 'x'.repeat(300_000))).body.length,
  'missing': () => ask(client, { ':path': '/missing' }),
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/?name=old' }),
  'close': async () => {
    client.close();
    await close(server);
  },
});
