import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// Eleven bytes through the API that looks like node:http.

const server = makeServer(await implementation(), (request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end('Hello World');
});
await listen(server);
