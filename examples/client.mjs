// A client: three requests at a time on one connection. Without an address it asks a server of its own.
//
//   node examples/client.mjs [https://nghttp2.org]
import { once } from 'node:events';
import http2 from 'duetto';

const server = process.argv[2] ? undefined : http2.createServer((request, response) => response.end(`this is ${request.url}`));
if (server) await once(server.listen(0), 'listening');
const address = process.argv[2] ?? `http://localhost:${server.address().port}`;

const session = http2.connect(address);
session.on('error', (error) => console.error(`the connection failed: ${error.message}`));

async function get(path) {
  const stream = session.request({ ':path': path });
  const [headers] = await once(stream, 'response');
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return `${path}: ${headers[':status']}, ${bytes} bytes`;
}

try {
  for (const line of await Promise.all(['/', '/one', '/two'].map(get))) console.log(line);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  session.close();
  server?.close();
}
