// One secure server for HTTP/2 and HTTP/1 clients, and for those that speak neither.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import * as tls from 'node:tls';
import { describe } from 'vitest';
import { later, type Loose, nodeIs, parity, plain, until } from '../helpers/parity.js';
import { cert, key } from '../helpers/tls.mjs';
import { agent, askHttp1, askHttp2, connectSecurely, rawClient, serveBoth } from '../helpers/http1.js';

const hasCurl = spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout?.includes('HTTP2') === true;

describe('an HTTP/1 client', () => {
  parity('is served on a connection that stays', async (t) => {
    await serveBoth(t, (request, response) => {
      t.record('server', request.httpVersion, request.method, request.url, request instanceof http.IncomingMessage,
        response instanceof http.ServerResponse, request.socket.alpnProtocol, request.socket.encrypted);
      response.setHeader('x-a', '1');
      response.end('http/1');
    });
    const keeping = agent(t);
    for (const path of ['/1', '/2']) {
      const { response, request, body } = await askHttp1(t, { agent: keeping, path });
      const { 'keep-alive': _, ...fields } = plain(response.headers);
      t.record('client', request.reusedSocket, response.httpVersion, response.statusCode, fields, body);
    }
    t.record('client', await askHttp2(t));
  });

  parity('sends and gets chunks and trailers', async (t) => {
    await serveBoth(t, async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      t.record('server', request.headers['transfer-encoding'], body, plain(request.trailers));
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('one ');
      response.write('two');
      response.addTrailers({ 'x-sum': '7' });
      response.end();
    });
    const { response, body } = await askHttp1(t, { method: 'POST', headers: { trailer: 'x-t' } }, (request) => {
      request.write('a');
      request.write('b');
      request.addTrailers({ 'x-t': '1' });
      request.end('c');
    });
    t.record('client', response.headers['transfer-encoding'], body, plain(response.trailers));
  });

  parity('that closes its connection after one request', async (t) => {
    await serveBoth(t, (request, response) => response.end('once'));
    const { response, body } = await askHttp1(t, { agent: false, headers: { connection: 'close' } });
    t.record('client', response.headers.connection, body);
  });

  parity('expects 100-continue', async (t) => {
    const server = await serveBoth(t, async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(body);
    });
    const expecting = { method: 'POST', headers: { expect: '100-continue' } };
    const send = (request: http.ClientRequest): void => {
      request.flushHeaders();
      request.on('continue', () => request.end('went on'));
    };
    t.record('client', (await askHttp1(t, expecting, send)).body);
    server.on('checkContinue', (request: Loose, response: Loose) => {
      t.record('server', 'checkContinue', request.httpVersion);
      response.statusCode = 413;
      response.end();
    });
    t.record('client', (await askHttp1(t, expecting, send)).response.statusCode);
  });

  parity('sends nonsense', async (t) => {
    const server = await serveBoth(t, () => t.record('server', 'request'));
    const first = await rawClient(t, ['http/1.1']);
    first.write('nonsense\r\n\r\n');
    await once(first, 'close');
    t.record('client', first.text.split('\r\n')[0]);
    server.on('clientError', (error: Loose, socket: Loose) => {
      t.record('server', error.code, socket.writable);
      socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
    });
    const second = await rawClient(t, ['http/1.1']);
    second.write('nonsense\r\n\r\n');
    await once(second, 'close');
    t.record('client', second.text.split('\r\n')[0]);
  });

  parity('upgrades, and talks another protocol', async (t) => {
    const server = await serveBoth(t, (request, response) => response.end('plain'));
    const upgrade = 'GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const ignored = await rawClient(t, ['http/1.1']);
    ignored.write(upgrade);
    await until(() => ignored.text.includes('plain'));
    t.record('client', ignored.text.split('\r\n')[0]);

    server.on('upgrade', (request: Loose, socket: Loose, head: Buffer) => {
      t.record('server', request.url, request.headers.upgrade, head.toString(), request.socket === socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.on('data', (data: Buffer) => socket.write(data.toString().toUpperCase()));
      socket.on('end', () => socket.end('bye'));
    });
    const upgraded = await rawClient(t, ['http/1.1']);
    upgraded.write(upgrade + 'head');
    await until(() => upgraded.text.includes('\r\n\r\n'));
    upgraded.write('hello');
    await until(() => upgraded.text.endsWith('HELLO'));
    upgraded.end();
    await until(() => upgraded.text.endsWith('bye'));
    t.record('client', upgraded.text.split('\r\n')[0], upgraded.text.slice(-8));
    t.record('client', await askHttp2(t));
  });

  parity('connects through', async (t) => {
    const server = await serveBoth(t);
    server.on('connect', (request: Loose, socket: Loose) => {
      t.record('server', request.url);
      socket.end('HTTP/1.1 200 OK\r\n\r\nthrough');
    });
    const socket = await rawClient(t, ['http/1.1']);
    socket.write('CONNECT example.test:443 HTTP/1.1\r\nHost: example.test\r\n\r\n');
    await once(socket, 'close');
    t.record('client', socket.text);
  });

  parity('without ALPN is served too', async (t) => {
    await serveBoth(t, (request, response) => response.end(request.httpVersion));
    const socket = await rawClient(t);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'close');
    t.record('client', socket.alpnProtocol, socket.text.split('\r\n')[0], socket.text.slice(-3));
  });
});

describe('options of the HTTP/1 half', () => {
  class Request extends http.IncomingMessage {
    mark = 'request';
  }
  class Response extends http.ServerResponse {
    mark = 'response';
  }
  const forms: Record<string, object> = {
    http1Options: { http1Options: { IncomingMessage: Request, ServerResponse: Response } },
    'the older ones': { Http1IncomingMessage: Request, Http1ServerResponse: Response },
  };
  for (const [form, options] of Object.entries(forms)) {
    parity(`classes, by ${form}`, async (t) => {
      await serveBoth(t, (request, response) => {
        t.record('server', request.mark, response.mark, request.httpVersion);
        response.end();
      }, options);
      t.record('client', (await askHttp1(t, {})).response.statusCode);
      t.record('client', (await askHttp2(t)).status);
    }, {
      builtin: form !== 'http1Options' || nodeIs(24, 15),
      expected: { server: [['request', 'response', '1.1'], [undefined, undefined, '2.0']] },
    });
  }

  parity('limits, by http1Options', async (t) => {
    await serveBoth(t, (request, response) => response.end(), { http1Options: { maxHeaderSize: 2000 } });
    const socket = await rawClient(t, ['http/1.1']);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(3000)}\r\n\r\n`);
    await once(socket, 'close');
    t.record('client', socket.text.split('\r\n')[0]);
  }, { builtin: nodeIs(24, 15), expected: { client: ['HTTP/1.1 431 Request Header Fields Too Large'] } });
});

describe('time-outs of HTTP/1', () => {
  parity('idle connections go after keepAliveTimeout', async (t) => {
    const server = await serveBoth(t, (request, response) => response.end());
    server.keepAliveTimeout = 50;
    const keeping = agent(t);
    const { socket } = await askHttp1(t, { agent: keeping });
    await once(socket, 'close');
    t.record('client', 'closed');
  });

  parity('a head that does not come is a 408 after headersTimeout', async (t) => {
    const server = t.h2.createSecureServer({ key, cert, allowHTTP1: true, http1Options: { connectionsCheckingInterval: 30 } } as Loose) as Loose;
    server.headersTimeout = 50;
    server.requestTimeout = 60;
    server.connectionsCheckingInterval = 30;
    await t.listen(server);
    const socket = await rawClient(t, ['http/1.1']);
    socket.write('GET / HTTP/1.1\r\nHos');
    await once(socket, 'close');
    t.record('client', socket.text.split('\r\n')[0]);
  }, { expected: { client: ['HTTP/1.1 408 Request Timeout'] } });

  parity('server.setTimeout applies to both', async (t) => {
    const server = await serveBoth(t, () => {});
    server.setTimeout(50, (connection: Loose) => {
      t.record('server', typeof connection.request === 'function' || connection.constructor.name.includes('Session') ? 'session' : 'socket');
      connection.destroy();
    });
    const socket = await rawClient(t, ['http/1.1']);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    t.record('client', socket.text);
    t.record('client', (await askHttp2(t)).status);
  });
});

describe('close', () => {
  parity('ends idle connections of both kinds', async (t) => {
    const server = await serveBoth(t, (request, response) => response.end());
    const { socket } = await askHttp1(t, { agent: agent(t) });
    const client = connectSecurely(t);
    const stream = client.request();
    stream.resume();
    await once(stream, 'close');
    const closed = Promise.all([once(socket, 'close'), once(client, 'close')]);
    server.close(() => t.record('server', 'closed'));
    await closed;
    await until(() => t.lanes.server);
  }, { builtin: nodeIs(24), expected: { server: ['closed'] } });

  parity('waits for requests of both kinds', async (t) => {
    const waiting: Loose[] = [];
    const server = await serveBoth(t, (request, response) => waiting.push(response));
    server.keepAliveTimeout = 30;
    const answers = [askHttp1(t, { agent: agent(t) }), askHttp2(t)];
    await until(() => waiting.length === 2);
    server.close(() => t.record('server', 'closed'));
    await later(30);
    t.record('server', 'still open', server.listening);
    for (const response of waiting) response.end('finished');
    for (const { body } of await Promise.all(answers)) t.record('client', body);
    await until(() => t.lanes.server?.includes('closed'));
  }, { builtin: nodeIs(24), expected: { client: ['finished', 'finished'], server: [['still open', false], 'closed'] } });

  parity('closeIdleConnections leaves the busy ones', async (t) => {
    const server = await serveBoth(t, (request, response) => setTimeout(() => response.end('slow'), request.url === '/slow' ? 50 : 0));
    const idle = (await askHttp1(t, { agent: agent(t) })).socket;
    const slow = askHttp1(t, { agent: agent(t), path: '/slow' });
    await later(20);
    server.closeIdleConnections();
    await once(idle, 'close');
    t.record('client', (await slow).body);
  }, { builtin: nodeIs(24, 5), expected: { client: ['slow'] } });
});

describe('a client without a protocol', () => {
  const h2Only = { allowHTTP1: false };

  parity('is told so, and let go', async (t) => {
    await serveBoth(t, () => {}, h2Only);
    const socket = await rawClient(t);
    await once(socket, 'close');
    t.record('client', socket.text.split('\r\n')[0]);
  }, { expected: { client: ['HTTP/1.0 403 Forbidden'] } });

  parity('is the event unknownProtocol', async (t) => {
    const server = await serveBoth(t, () => {}, h2Only);
    server.on('unknownProtocol', (socket: Loose) => {
      t.record('server', socket.alpnProtocol, socket.encrypted);
      socket.end('something else');
    });
    const socket = await rawClient(t);
    await once(socket, 'close');
    t.record('client', socket.text);
  }, { expected: { client: ['something else'] } });

  parity('is cut off after unknownProtocolTimeout', async (t) => {
    const server = await serveBoth(t, () => {}, { ...h2Only, unknownProtocolTimeout: 60 });
    let closed = false;
    server.on('secureConnection', (socket: Loose) => socket.on('close', () => closed = true));
    // It never closes its side.
    const socket = tls.connect({ host: '127.0.0.1', port: t.port, ca: cert, servername: 'localhost', allowHalfOpen: true } as Loose);
    t.finally(() => socket.destroy());
    socket.on('error', () => {});
    await until(() => closed);
    t.record('server', 'cut off');
  });

  parity('offers only others: the handshake fails', async (t) => {
    await serveBoth(t, () => t.record('server', 'request'), h2Only);
    t.record('client', await rawClient(t, ['spdy/3']).then(() => 'connected', (error) => error.code));
  });
});

describe.runIf(hasCurl)('curl', () => {
  for (const version of ['http1.1', 'http2']) {
    parity(`--${version}`, async (t) => {
      await serveBoth(t, async (request, response) => {
        let length = 0;
        for await (const chunk of request) length += chunk.length;
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.end(`${request.httpVersion} ${request.method} ${length}`);
      });
      const { execFile } = await import('node:child_process');
      const run = (...args: string[]): Promise<string> => new Promise((resolve) => {
        execFile('curl', ['-sk', `--${version}`, ...args, `https://localhost:${t.port}/`], (error, stdout) => resolve(error ? String(error) : stdout));
      });
      t.record('client', await run());
      t.record('client', await run('-d', 'x'.repeat(100_000)));
      t.record('client', (await run('-I')).split('\r\n').filter((line) => !/^(date|connection|keep-alive)/i.test(line)));
    });
  }
});
