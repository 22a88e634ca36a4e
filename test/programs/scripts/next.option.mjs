import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:http2';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { ask, askHttp1, cert, close, http2, key, listen, program, skip } from '../program.mjs';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = at('../node_modules/next/dist/bin/next');
if (!existsSync(cli)) skip('Next is not installed: it takes 340 MB (README.md)');
const { default: next } = await import('next');

const dir = at('../fixtures/next');
const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'build', dir], {
  encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', NEXT_TELEMETRY_DISABLED: '1' },
});
if (status !== 0) throw new Error(stdout + stderr);

const app = next({ dev: false, dir });
await app.prepare();

const handle = app.getRequestHandler();
const server = http2.createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
  // Next calls headers.hasOwnProperty(), and those of HTTP/2 have no prototype.
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(':')));
  Object.defineProperty(request, 'headers', { value: { ...headers, host: request.authority ?? headers.host } });
  handle(request, response);
});

const port = await listen(server);

const client = connect(`https://localhost:${port}`, { ca: cert, host: '127.0.0.1' });
const json = { ':method': 'POST', ':path': '/api/echo', 'content-type': 'application/json', 'x-given': 'given' };
// What Next gives each build.
const text = (body) => body.replace(/"buildId":"[^"]*"/, 'buildId').replaceAll(/\/_next\/static\/[^"]*/g, 'FILE');
const get = (path) => async () => {
  const { status: code, headers, body } = await ask(client, { ':path': path });
  return [code, headers['content-type'], text(body)];
};

await program({
  'a page': get('/?name=you'),
  'json': async () => {
    const { status: code, body } = await ask(client, json, '{"a":1}');
    return [code, body];
  },
  'missing': async () => (await get('/missing')())[0],
  '50 at a time': async () => (await Promise.all(Array.from({ length: 50 }, (_, i) => get(`/?name=${i}`)())))
    .map(([code, , body]) => [code, /<h1>[^<]*/.exec(body)?.[0]]),
  'HTTP/1': async () => {
    const { status: code, version, body } = await askHttp1(https, { port, ca: cert, path: '/?name=old' });
    return [code, version, /<h1>[^<]*/.exec(body)?.[0]];
  },
  'close': async () => {
    client.close();
    await close(server);
    await app.close();
    setTimeout(() => process.exit(), 200).unref();
  },
});
