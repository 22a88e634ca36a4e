import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// Twenty fields back, a few of which change with each response.

const fixed = {
  'content-type': 'application/json; charset=utf-8', 'cache-control': 'private, max-age=0, must-revalidate',
  vary: 'accept-encoding, origin', server: 'bench', 'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()', 'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-request-id', 'content-language': 'en', 'accept-ranges': 'bytes',
  'x-region': 'eu-central-1', 'x-version': '2026.11.23', 'alt-svc': 'clear', 'content-length': '11',
};
let served = 0;

const server = makeServer(await implementation());
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, ...fixed, 'x-request-id': String(served++ % 1000), etag: `"${headers['x-trace']}"` });
  stream.end('Hello World');
});
await listen(server);
