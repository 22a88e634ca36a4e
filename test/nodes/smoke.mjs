// Requests through the core API and the compatibility layer, with and without TLS, between duetto and node:http2.

import assert from 'node:assert';
import { once } from 'node:events';
import * as builtin from 'node:http2';
import duetto from '../../dist/index.mjs';
import { cert, key } from '../helpers/tls.mjs';

const body = 'x'.repeat(100_000);

async function ask(module, port, secure) {
  const client = module.connect(`${secure ? 'https' : 'http'}://localhost:${port}`, { ca: cert });
  const stream = client.request({ ':path': '/echo', ':method': 'POST' });
  stream.end(body);
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => text += chunk);
  const [headers] = await once(stream, 'response');
  await once(stream, 'close');
  client.close();
  await once(client, 'close');
  assert.strictEqual(headers[':status'], 200);
  assert.strictEqual(text, body);
}

const apis = {
  core: (server) => server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  }),
  compat: (server) => server.on('request', (request, response) => request.pipe(response)),
};

let done = 0;
for (const [from, to] of [[duetto, duetto], [builtin, duetto], [duetto, builtin]]) {
  for (const listen of Object.values(apis)) {
    for (const secure of [false, true]) {
      const server = secure ? to.createSecureServer({ key, cert }) : to.createServer();
      listen(server);
      await once(server.listen(0), 'listening');
      await ask(from, server.address().port, secure);
      server.close();
      done++;
    }
  }
}
console.log(`${process.version}, nghttp2 ${duetto.nghttp2.version}: ${done} exchanges`);
