// RFC 3986, section 3.2.2: an IPv6 address has brackets in an authority.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { listen, open } from '../helpers/serve.ts';

test.each([
  ['http://[::1]:8000', '[::1]:8000'],
  ['http://127.0.0.1:8000', '127.0.0.1:8000'],
  ['http://example.org', 'example.org:80'],
])('a client of %s sends the authority %s', async (url, expected) => {
  const server = duetto.createServer();
  server.on('stream', (stream, { ':authority': authority }) => stream.respond({ authority }, { endStream: true }));
  const { port } = await listen(server);
  const session = await open(duetto.connect(url, { createConnection: () => connect(port, '127.0.0.1') }) as never) as duetto.ClientHttp2Session;
  const [fields] = await once(session.request({ ':path': '/' }).resume(), 'response');
  expect(fields.authority).toBe(expected);
});
