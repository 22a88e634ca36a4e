// A proxy by CONNECT (RFC 9113, section 8.5): each stream of one HTTP/2 connection is a tunnel to some TCP server.
//
//   node examples/connect-proxy.mjs             fetches a page through the proxy, both its own
//   node examples/connect-proxy.mjs --serve     only the proxy; it lets through to this machine alone
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import http2 from 'duetto';

const proxy = http2.createServer();
proxy.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':method'] !== 'CONNECT') return stream.respond({ ':status': 405, allow: 'CONNECT' }, { endStream: true });
  const { hostname, port } = new URL(`tcp://${headers[':authority']}`);
  // Whoever may ask for any address has the network of this machine.
  if (hostname !== 'localhost') return stream.respond({ ':status': 403 }, { endStream: true });
  const socket = net.connect(Number(port), hostname);
  socket.once('connect', () => {
    stream.respond({ ':status': 200 });
    socket.pipe(stream).pipe(socket);
  });
  socket.on('error', () => stream.headersSent ? stream.close(http2.constants.NGHTTP2_CONNECT_ERROR) : stream.respond({ ':status': 502 }, { endStream: true }));
  stream.once('close', () => socket.destroy());
});
await once(proxy.listen(Number(process.env.PORT ?? 0)), 'listening');
console.log(`proxy on http://localhost:${proxy.address().port}/`);

if (!process.argv.includes('--serve')) {
  const origin = http.createServer((request, response) => response.end(`the page ${request.url}`));
  await once(origin.listen(0), 'listening');

  const session = http2.connect(`http://localhost:${proxy.address().port}`);
  const tunnel = session.request({ ':method': 'CONNECT', ':authority': `localhost:${origin.address().port}` });
  const [headers] = await once(tunnel, 'response');
  console.log(`tunnel: ${headers[':status']}`);

  // What speaks HTTP/1.1 over a socket speaks it over the stream.
  const request = http.get({ path: '/through', createConnection: () => tunnel, headers: { connection: 'close' } });
  const [response] = await once(request, 'response');
  console.log(Buffer.concat(await response.toArray()).toString());

  session.close();
  origin.close();
  proxy.close();
}
