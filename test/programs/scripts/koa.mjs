import Koa from 'koa';
import { connect, createSecureServer } from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { ask, askHttp1, cert, key, later, listen, program } from '../program.mjs';

const app = new Koa();
const seen = [];
app.silent = true;
app.on('error', (error) => seen.push(error.code ?? error.message));
app.use(async (ctx, next) => {
  await next();
  ctx.set('x-version', ctx.req.httpVersion);
});
app.use(async (ctx) => {
  switch (ctx.path) {
    case '/text': ctx.body = 'text'; break;
    case '/json': ctx.body = { host: typeof ctx.host, ip: ctx.ip, secure: ctx.secure, protocol: ctx.protocol, query: ctx.query }; break;
    case '/stream': ctx.body = Readable.from(['a', 'b', 'c']); break;
    case '/endless': ctx.body = new Readable({ read() { this.push(Buffer.alloc(10_000)); } }).on('close', () => seen.push('stopped')); break;
    case '/broken': ctx.body = new Readable({ read() { this.destroy(new Error('broken')); } }); break;
    case '/empty': ctx.status = 204; break;
    case '/etag':
      ctx.etag = 'tag';
      ctx.body = 'fresh';
      if (ctx.fresh) ctx.status = 304;
      break;
    case '/redirect': ctx.redirect('/text'); break;
    case '/throw': ctx.throw(418, 'teapot'); break;
    case '/echo': ctx.body = ctx.req; break;
    case '/message': ctx.status = 200; ctx.message = 'Fine'; ctx.body = 'message'; break;
  }
});

const server = createSecureServer({ key, cert, allowHTTP1: true }, app.callback());
const port = await listen(server);
const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const get = (path) => () => ask(client, { ':path': path });
// On node:http2 Koa takes a HEAD request for answered before it is, and leaves out what it would add (docs/differences.md).
const head = (path) => async () => {
  const answer = await ask(client, { ':method': 'HEAD', ':path': path });
  delete answer.headers['content-length'];
  return answer;
};

await program({
  ...Object.fromEntries(['/text', '/json?a=b', '/stream', '/empty', '/etag', '/redirect', '/throw', '/missing', '/message'].map((path) => [path, get(path)])),
  ...Object.fromEntries(['/text', '/json', '/stream', '/echo'].map((path) => [`HEAD ${path}`, head(path)])),
  'not modified': () => ask(client, { ':path': '/etag', 'if-none-match': '"tag"' }),
  'echo': async () => (await ask(client, { ':method': 'POST', ':path': '/echo' }, 'x'.repeat(300_000))).body.length,
  'a client that leaves': async () => {
    const stream = client.request({ ':path': '/endless' });
    stream.on('error', () => {});
    stream.once('data', () => stream.close(8));
    for (let i = 0; i < 100 && !seen.includes('stopped'); i++) await later(10);
    return seen.splice(0);
  },
  'a body that breaks': async () => {
    const { status, body } = await Promise.race([get('/broken')(), later(300).then(() => ({ status: 'hangs' }))]);
    return [status, body, seen.splice(0)];
  },
  'HTTP/1': () => askHttp1(https, { port, ca: cert, path: '/text' }),
  'close': async () => {
    client.destroy();
    server.close();
    setTimeout(() => process.exit(), 200).unref();
  },
});
