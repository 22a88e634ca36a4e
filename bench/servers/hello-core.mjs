import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// Eleven bytes through the core API.

const server = makeServer(await implementation());
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('Hello World');
});
await listen(server);
