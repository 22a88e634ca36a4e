import got from 'got';
import wrapper from 'http2-wrapper';
import { createSecureServer } from 'node:http2';
import { cert, close, http2, key, listen, program } from '../program.mjs';

const server = createSecureServer({ key, cert }, async (req, res) => {
  let body = '';
  for await (const chunk of req) body += chunk;
  res.writeHead(req.url === '/missing' ? 404 : 200, { 'x-version': req.httpVersion, 'x-given': req.headers['x-given'] ?? 'nothing' });
  res.addTrailers({ 'x-length': String(body.length) });
  res.end(`${req.method} ${req.url} ${body.slice(0, 20)}`);
});
const origin = `https://localhost:${await listen(server)}`;

const options = { ca: cert, host: '127.0.0.1' };

const session = http2.connect(origin, options);
await new Promise((resolve) => { session.once('connect', resolve); });

function request(path, { body, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = wrapper.request(new URL(path, origin), { ...options, h2session: session }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const { statusCode, headers: { date, ...headers }, trailers } = response;
      resolve({ statusCode, headers, trailers, text });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const client = got.extend({
  request: (url, options, callback) => wrapper.request(url, { ...options, h2session: session }, callback),
});

const here = client.extend({ prefixUrl: origin, throwHttpErrors: false });
const brief = ({ statusCode, headers: { date, ...headers }, body }) => ({ statusCode, headers, body });

await program({
  'get': () => request('/', { headers: { 'x-given': 'given' } }),
  'post': () => request('/post', { method: 'POST', body: 'x'.repeat(100_000) }),
  'missing': () => request('/missing'),
  '50 at a time': async () => (await Promise.all(Array.from({ length: 50 }, (_, i) => request(`/${i}`)))).map(({ text }) => text),
  'got': async () => brief(await here('got', { headers: { 'x-given': 'given' } })),
  'got, json': async () => brief(await here.post('json', { json: { a: 1 } })),
  'got, missing': async () => brief(await here('missing')),
  'got, a stream': async () => {
    let text = '';
    for await (const chunk of here.stream('stream')) text += chunk;
    return text;
  },
  'close': async () => {
    session.close();
    await close(server);
  },
});
