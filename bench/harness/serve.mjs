import * as fs from 'node:fs';
import { answer, settings } from './answer.mjs';

/** The options that the case gives, with a key and a certificate if it is about TLS. */
function allOptions({ tls, serverOptions }) {
  if (tls === undefined) return { ...serverOptions };
  return { ...serverOptions, key: fs.readFileSync(tls.key), cert: fs.readFileSync(tls.cert) };
}

/** `createServer` or `createSecureServer`, as the case wants it. */
export function makeServer(http2, handler) {
  const create = settings.tls === undefined ? http2.createServer : http2.createSecureServer;
  return handler === undefined ? create(allOptions(settings)) : create(allOptions(settings), handler);
}

/** Listens on a free port of the loopback interface, prints it and tells it to the parent. */
export async function listen(server) {
  server.on('sessionError', () => {});
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  console.log(port);
  answer({ port });
}
