import { implementation } from '../harness/answer.mjs';
import { listen, makeServer } from '../harness/serve.mjs';

// A small API: reads a JSON document, answers with another one of 4 KB, of which the large part is ready: this measures
// HTTP/2 and not JSON.stringify.

const rows = JSON.stringify(Array.from({ length: 32 }, (_, id) => ({ id, name: `row number ${id}`, tags: ['a', 'b', 'c'], text: 'x'.repeat(60) })));

const server = makeServer(await implementation());
server.on('stream', (stream) => {
  let text = '';
  stream.on('error', () => {});
  stream.setEncoding('utf8');
  stream.on('data', (part) => { text += part; });
  stream.on('end', () => {
    const { user } = JSON.parse(text);
    const body = `{"user":${JSON.stringify(user)},"rows":${rows}}`;
    stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    stream.end(body);
  });
});
await listen(server);
