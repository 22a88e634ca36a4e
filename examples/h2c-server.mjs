// A server of cleartext HTTP/2 (h2c), for behind a proxy or inside a machine; browsers speak HTTP/2 over TLS only.
//
//   node examples/h2c-server.mjs
//   curl --http2-prior-knowledge http://localhost:8080/
import http2 from 'duetto';

const server = http2.createServer();
server.on('stream', (stream, headers) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain; charset=utf-8' });
  stream.end(`${headers[':method']} ${headers[':path']}\n`);
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log(`listening on http://localhost:${server.address().port}/`));
