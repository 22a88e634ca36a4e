// A server of HTTP/2 over TLS. With no certificate named it makes one for this machine, which only curl -k accepts.
//
//   node examples/tls-server.mjs [key.pem cert.pem]
//   curl -k https://localhost:8443/
import { readFileSync } from 'node:fs';
import http2 from 'duetto';
import { selfSigned } from '../demo/certificate.mjs';

const [keyFile, certFile] = process.argv.slice(2);
const { key, cert } = certFile ? { key: readFileSync(keyFile), cert: readFileSync(certFile) } : selfSigned();

// The compatibility layer: requests and responses as node:http has them.
const server = http2.createSecureServer({ key, cert }, (request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${request.method} ${request.url} by HTTP/${request.httpVersion}\n`);
});
server.listen(Number(process.env.PORT ?? 8443), () => console.log(`listening on https://localhost:${server.address().port}/`));
