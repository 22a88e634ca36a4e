// One port for HTTP/2 and HTTP/1.1: TLS settles it (ALPN), and one listener serves both.
//
//   node examples/http1-beside-http2.mjs
//   curl -k https://localhost:8443/             curl -k --http1.1 https://localhost:8443/
import http2 from 'duetto';
import { selfSigned } from '../demo/certificate.mjs';

const server = http2.createSecureServer({ ...selfSigned(), allowHTTP1: true }, (request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  // `stream` is there for HTTP/2 only.
  response.end(`HTTP/${request.httpVersion}${request.stream ? `, stream ${request.stream.id}` : ''}\n`);
});
server.listen(Number(process.env.PORT ?? 8443), () => console.log(`listening on https://localhost:${server.address().port}/`));
