import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// Reads every byte of the request, then says how many there were.

const server = makeServer(await implementation());
server.on('stream', (stream) => {
  let received = 0;
  stream.on('error', () => {});
  stream.on('data', (chunk) => { received += chunk.length; });
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end(String(received));
  });
});
await listen(server);
