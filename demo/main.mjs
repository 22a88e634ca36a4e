#!/usr/bin/env node
// An HTTPS/2 server to look at in a browser, and one request to it made by duetto's own client.
//
//   npm run demo [-- --port 8443] [--once]

import { parseArgs } from 'node:util';
import { createServer as createTlsServer } from 'node:tls';
import http2 from '../dist/index.mjs';
import { selfSigned } from './certificate.mjs';
import { Counters } from './counters.mjs';
import { Site } from './site.mjs';

const { createSecureServer, connect, nghttp2 } = http2;

const HOST = '127.0.0.1';
/** How long a client may take to go when the demo ends, in milliseconds. */
const PATIENCE = 1000;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      console.log('npm run demo [-- --port PORT] [--once]\n\n' +
        '  --port PORT  default 8443, or what PORT says in the environment; 0 for any\n' +
        '  --once       make the first request, print it, and end');
      process.exit(0);
    }
    const port = Number(values.port ?? process.env.PORT ?? 8443);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`'${values.port ?? process.env.PORT}' is no port`);
    return { port, once: values.once === true };
  } catch (error) {
    console.error(`demo: ${error.message}`);
    process.exit(1);
  }
}

/** The first request: made by duetto's client, with the server's certificate as the only one it trusts. */
function firstRequest(url, ca) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const session = connect(url, { ca });
    session.once('error', reject);
    const request = session.request({ ':path': '/about' });
    const answer = { headers: {}, bytes: 0, milliseconds: 0, protocol: '' };
    request.once('error', reject);
    request.once('response', (headers) => { answer.headers = headers; });
    request.on('data', (chunk) => { answer.bytes += chunk.length; });
    request.once('end', () => {
      answer.milliseconds = performance.now() - begun;
      answer.protocol = session.alpnProtocol;
      session.close(() => resolve(answer));
    });
  });
}

function print({ headers, bytes, milliseconds, protocol }) {
  console.log(`GET /about, by duetto's client over ${protocol}, TLS handshake included: ${milliseconds.toFixed(1)} ms`);
  for (const [name, value] of Object.entries(headers)) console.log(`  ${name}: ${value}`);
  console.log(`  ${bytes} bytes of body\n`);
}

/** Listens on any port; resolves to its number. */
const anyPort = (server) => new Promise((resolve, reject) => {
  server.once('error', reject).listen(0, HOST, () => resolve(server.address().port));
});

/**
 * A port on which a browser gets HTTP/1.1, from the same server: on the other one it chooses HTTP/2, by ALPN.
 */
function http1Beside(server, credentials) {
  const beside = createTlsServer({ ...credentials, ALPNProtocols: ['http/1.1'] }, (socket) => server.emit('secureConnection', socket));
  return beside.on('tlsClientError', () => {});
}

/** The same site on another engine that is built here, the newest; undefined if there is none. */
function otherEngine(credentials) {
  const other = http2.engines().filter(({ active }) => !active).at(-1);
  if (other === undefined) return undefined;
  const engine = http2.engine(other.id);
  const site = new Site(new Counters(), engine.nghttp2);
  return { version: engine.nghttp2.version, server: engine.createSecureServer({ ...credentials, allowHTTP1: true }, site.handle) };
}

function serve({ port, once }) {
  const { key, cert, fingerprint } = selfSigned();
  const counters = new Counters();
  const places = {};
  const site = new Site(counters, nghttp2, places);
  const server = createSecureServer({ key, cert, allowHTTP1: true });
  const http1 = http1Beside(server, { key, cert });
  const other = otherEngine({ key, cert });
  const sessions = new Set();
  counters.watch(server);
  server.on('request', site.handle);
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });

  let stopping = false;
  function stop() {
    if (stopping) process.exit(0);
    stopping = true;
    site.close();
    for (const one of [server, http1, other?.server]) one?.close();
    server.closeIdleConnections();
    setTimeout(() => {
      for (const session of sessions) session.destroy();
      process.exit(0);
    }, PATIENCE).unref();
  }

  server.once('error', (error) => {
    if (error.code === 'EADDRINUSE') {
      console.error(`demo: port ${port} is taken. Another one: npm run demo -- --port ${port + 1}`);
    } else {
      console.error(`demo: cannot listen on ${HOST}:${port}: ${error.message}`);
    }
    process.exit(1);
  });
  server.listen(port, HOST, async () => {
    const url = `https://${HOST}:${server.address().port}`;
    places.http1 = { port: await anyPort(http1) };
    if (other !== undefined) places.other = { nghttp2: other.version, port: await anyPort(other.server) };
    const patches = nghttp2.patches.length > 0 ? `, patched for ${nghttp2.patches.join(', ')}` : '';
    console.log(`duetto on nghttp2 ${nghttp2.version}${patches}; Node ${process.version} has ${process.versions.nghttp2}\n`);
    try {
      print(await firstRequest(url, cert));
    } catch (error) {
      console.error(`demo: the first request failed: ${error.stack}`);
      process.exit(1);
    }
    if (once) {
      stop();
      return;
    }
    console.log(`Open ${url}/ in a browser. It will warn of the certificate, which was made just now:`);
    console.log(`SHA-256 ${fingerprint}`);
    console.log('Ctrl-C ends it.');
  });
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

serve(readArguments());
