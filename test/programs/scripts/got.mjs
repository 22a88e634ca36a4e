import got from 'got';
import { createSecureServer } from 'node:http2';
import { cert, key, listen, program } from '../program.mjs';

const server = createSecureServer({ key, cert, allowHTTP1: true }, async (req, res) => {
  let length = 0;
  for await (const chunk of req) length += chunk.length;
  if (req.url === '/moved') {
    res.writeHead(302, { location: '/there' }).end();
    return;
  }
  if (req.url === '/flaky' && !seen.has('flaky')) {
    seen.add('flaky');
    res.writeHead(503).end();
    return;
  }
  res.writeHead(req.url === '/missing' ? 404 : 200, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ version: req.httpVersion, method: req.method, url: req.url, length }));
});
const seen = new Set();
const prefixUrl = `https://localhost:${await listen(server)}`;
const client = got.extend({ prefixUrl, http2: true, https: { certificateAuthority: cert }, dnsLookupIpVersion: 4, throwHttpErrors: false });

const brief = ({ statusCode, body }) => [statusCode, body];

await program({
  'get': async () => brief(await client('')),
  'json': async () => brief(await client.post('post', { json: { a: 1 } })),
  'a redirect': async () => brief(await client('moved')),
  'a retry': async () => brief(await client('flaky', { retry: { limit: 1, backoffLimit: 10 } })),
  'missing': async () => brief(await client('missing')),
  '50 at a time': async () => (await Promise.all(Array.from({ length: 50 }, (_, i) => client(`n/${i}`)))).map(brief),
  'a stream': async () => {
    let text = '';
    for await (const chunk of client.stream('stream')) text += chunk;
    return text;
  },
  'HTTP/1': async () => brief(await client('', { http2: false })),
  'the end': () => {
    // It keeps its sessions for a minute.
    setTimeout(() => process.exit(), 100);
    server.close();
  },
});
