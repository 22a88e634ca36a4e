import { implementation, settings } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// A file of the disk as the whole body.

const server = makeServer(await implementation());
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respondWithFile(settings.file, { 'content-type': 'application/octet-stream' });
});
await listen(server);
