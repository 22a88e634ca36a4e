// A client that meets something else than HTTP/2: the error is node:http2's, and its cause says what was met.

import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { main as duetto } from '../helpers/engines.ts';
import { selfSigned } from '../../demo/certificate.mjs';

const credentials = selfSigned();
const open: net.Server[] = [];
afterEach(() => { for (const server of open.splice(0)) server.close(); });

const failure = (emitter: NodeJS.EventEmitter) => new Promise<any>((resolve) => { emitter.once('error', resolve); });

/** What a session to that server fails with, and a request on it. */
async function fails(server: net.Server, protocol: string, options: object = { rejectUnauthorized: false }): Promise<any[]> {
  open.push(server);
  server.on('connection', (socket) => socket.on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = duetto.connect(`${protocol}://127.0.0.1:${(server.address() as net.AddressInfo).port}`, options);
  return Promise.all([failure(session), failure(session.request())]);
}

describe('a client of cleartext HTTP/2', () => {
  test('meets a server of HTTP/1', async () => {
    const errors = await fails(http.createServer((_request, response) => response.end()), 'http');
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ERR_HTTP2_ERROR', message: 'Protocol error' });
      expect(error.cause.message).toBe('The server answered with HTTP/1: "HTTP/1.1 400 Bad Request"');
    }
  });

  test('meets TLS', async () => {
    // An alert, and what else came with it.
    const [error] = await fails(net.createServer((socket) => socket.end(Buffer.from('15030100020246150301000202461503', 'hex'))), 'http');
    expect(error.code).toBe('ERR_HTTP2_ERROR');
    expect(error.cause.message).toMatch(/answered with TLS.*https:\/\//);
  });

  test('meets what it does not know', async () => {
    const [error] = await fails(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n')), 'http');
    expect(error).toMatchObject({ code: 'ERR_HTTP2_ERROR', message: 'Protocol error' });
    expect(error.cause).toBeUndefined();
  });

  test('is told nothing of that when HTTP/2 was spoken before', async () => {
    const server = net.createServer((socket) => {
      socket.write(Buffer.from('000000040000000000', 'hex'));
      let received = Buffer.alloc(0);
      const answer = (chunk: Buffer): void => {
        received = Buffer.concat([received, chunk]);
        // The acknowledgement of those SETTINGS: they were read.
        if (!received.includes(Buffer.from('000000040100000000', 'hex'))) return;
        socket.removeListener('data', answer);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      };
      socket.on('data', answer);
    });
    const [error] = await fails(server, 'http');
    expect(error.code).toMatch(/^ERR_HTTP2/);
    expect(error.cause).toBeUndefined();
  });
});

describe('a client of HTTP/2 over TLS', () => {
  test('meets cleartext', async () => {
    const [error, ofStream] = await fails(http.createServer(), 'https');
    expect(error.code).toMatch(/^ERR_SSL_/);
    expect(error.cause.message).toMatch(/did not answer with TLS.*http:\/\//);
    expect(ofStream).toMatchObject({ code: 'ERR_HTTP2_STREAM_CANCEL', cause: error });
  });

  test('meets a server that has HTTP/1 only', async () => {
    const [error] = await fails(https.createServer({ ...credentials, ALPNProtocols: ['http/1.1'] }), 'https');
    expect(error.code).toMatch(/ALERT_NO_APPLICATION_PROTOCOL$/);
    expect(error.cause.message).toMatch(/has no HTTP\/2 on this port/);
  });

  test('fails for another reason, which is said as it is', async () => {
    const server = duetto.createSecureServer(credentials);
    server.on('tlsClientError', () => {});
    const [error] = await fails(server, 'https', {});
    expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(error.cause).toBeUndefined();
  });
});

test('connect() without an argument is a TypeError with a code', () => {
  for (const nothing of [undefined, null]) {
    expect(() => duetto.connect(nothing as never)).toThrow(expect.objectContaining({
      name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('The "authority" argument must be'),
    }));
  }
});
