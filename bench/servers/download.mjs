import { implementation, settings } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// One large buffer as the whole body.

const body = Buffer.alloc(settings.bodyBytes, 'duetto');
const server = makeServer(await implementation());
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
  stream.end(body);
});
await listen(server);
