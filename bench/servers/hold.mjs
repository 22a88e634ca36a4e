import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// Responses that have begun and do not end, as of a server that pushes events.

const server = makeServer(await implementation());
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
});
await listen(server);
