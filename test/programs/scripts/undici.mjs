import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { Readable } from 'node:stream';
import { Agent, fetch, request } from 'undici';
import { cert, key, later, listen, program } from '../program.mjs';

const seen = [];
const server = createSecureServer({ key, cert }, async (req, res) => {
  if (req.url === '/hang') {
    req.on('aborted', () => seen.push('aborted'));
    return;
  }
  let body = '';
  for await (const chunk of req) body += chunk;
  res.setHeader('x-version', req.httpVersion);
  res.setHeader('set-cookie', ['a=1', 'b=2']);
  if (req.url === '/none') res.writeHead(204).end();
  else res.end(JSON.stringify({ method: req.method, url: req.url, length: body.length, type: req.headers['content-type'] }));
});
const origin = `https://localhost:${await listen(server)}`;
const dispatcher = new Agent({ allowH2: true, connect: { ca: cert, host: '127.0.0.1' } });

const get = async (path, options) => {
  const response = await fetch(origin + path, { dispatcher, ...options });
  return [response.status, response.headers.get('x-version'), response.headers.getSetCookie(), await response.text()];
};

await program({
  'fetch': () => get('/'),
  'fetch, no body': () => get('/none'),
  'fetch, HEAD': () => get('/', { method: 'HEAD' }),
  'fetch, text': () => get('/', { method: 'POST', body: 'x'.repeat(100_000) }),
  'fetch, form': () => get('/', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }),
  'fetch, a stream': () => get('/', { method: 'PUT', duplex: 'half', body: Readable.from(['a', 'b', 'c']) }),
  'fetch, 100 at a time': async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => get(`/${i}`)));
    return answers.map(([status, , , text]) => [status, JSON.parse(text).url]);
  },
  'request': async () => {
    const { statusCode, headers, body } = await request(origin, { dispatcher, path: '/r', method: 'POST', body: 'abc' });
    return [statusCode, headers['x-version'], await body.json()];
  },
  'an abort': async () => {
    const controller = new AbortController();
    const answer = get('/hang', { signal: controller.signal }).catch((error) => error.name);
    await later(100);
    controller.abort();
    const error = await answer;
    for (let i = 0; i < 50 && seen.length === 0; i++) await later(10);
    return [error, seen];
  },
  'close': async () => {
    await dispatcher.close();
    server.close();
    await once(server, 'close');
  },
});
