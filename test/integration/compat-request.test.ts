// Http2ServerRequest as programs written for node:http see it.

import { EventEmitter, on } from 'node:events';
import { PassThrough, pipeline } from 'node:stream';
import { describe } from 'vitest';
import { attempt, describeError, type Loose, parity, plain, until } from '../helpers/parity.js';

const big = Buffer.alloc(300_000, 'duetto');

describe('what a request says of itself', () => {
  parity('method, target, headers and versions', async (t) => {
    await t.serve((request, response) => {
      t.record('server', request.method, request.url, request.scheme, request.authority === `localhost:${t.port}`);
      t.record('server', request.httpVersion, request.httpVersionMajor, request.httpVersionMinor);
      const { ':authority': authority, ...headers } = request.headers;
      t.record('server', plain(headers), Object.getPrototypeOf(request.headers), typeof authority);
      t.record('server', request.rawHeaders.filter((text: string) => text !== authority));
      t.record('server', request.stream === response.stream, response.req === request);
      t.record('server', request.complete, request.aborted, request.readable, request.readableEnded, request.destroyed);
      t.record('server', request.trailers, request.rawTrailers);
      response.end();
    });
    t.record('client', (await t.ask({
      ':path': '/a?b=c', 'X-Mixed': 'Case', 'set-cookie': ['a=1', 'b=2'], cookie: ['c=3', 'd=4'], accept: ['x', 'y'],
    })).status);
  }, { expected: { client: [200] } });

  parity('the authority of a request that has only Host', async (t) => {
    await t.serve((request, response) => {
      t.record('server', request.authority, request.headers.host, request.headers[':authority']);
      response.end();
    });
    const { status, rstCode } = await t.ask({ ':authority': null, host: 'example.test' });
    t.record('client', status, rstCode);
  });

  parity('method and url can be set, to strings', async (t) => {
    await t.serve((request, response) => {
      request.method = 'PATCH';
      request.url = '/other';
      t.record('server', request.method, request.url, request.headers[':method'], request.headers[':path']);
      for (const method of ['', '  ', 1, undefined, null])
        t.record('server', attempt(() => { request.method = method; }));
      for (const name of ['headers', 'httpVersion', 'socket', 'stream', 'trailers'])
        t.record('server', name, attempt(() => { request[name] = 1; }));
      response.end();
    });
    await t.ask();
  });

  parity('the socket is the connection as far as one stream may use it', async (t) => {
    await t.serve((request, response) => {
      const { socket } = request;
      t.record('server', socket === request.connection, socket === response.socket, socket === response.connection);
      t.record('server', socket.remoteAddress, socket.encrypted, socket.writable, socket.readable, socket.destroyed);
      for (const name of ['read', 'write', 'pause', 'resume']) t.record('server', name, attempt(() => socket[name]));
      for (const name of ['on', 'once', 'end', 'emit', 'destroy', 'setTimeout', 'ref', 'address'])
        t.record('server', name, attempt(() => typeof socket[name]));
      socket.mark = 'kept';
      t.record('server', socket.mark, 'mark' in socket, 'nothing' in socket);
      response.on('close', () => t.record('closed', response.socket, response.connection));
      response.end();
    });
    await t.ask();
    await until(() => t.lanes.closed);
  });
});

describe('reading the body', () => {
  parity('by events', async (t) => {
    await t.serve((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (text: string) => body += text);
      t.watch('request', request, 'end', 'close', 'aborted', 'error');
      request.on('end', () => {
        t.record('server', body, request.complete);
        response.end(body.toUpperCase());
      });
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: 'straße' })).body);
    await until(() => t.lanes.request?.includes('close'));
  }, { expected: { request: ['end', 'close'] } });

  parity('by iteration', async (t) => {
    await t.serve(async (request, response) => {
      let length = 0;
      for await (const chunk of request) length += chunk.length;
      t.record('server', length, request.readableEnded, request.complete);
      response.end(String(length));
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: big })).body);
  }, { expected: { client: ['300000'] } });

  parity('by a pipe back to the client', async (t) => {
    await t.serve((request, response) => {
      pipeline(request, response, (error) => t.record('server', describeError(error)));
    });
    const { body, status } = await t.ask({ ':method': 'POST' }, { body: big });
    t.record('client', status, body.length, body === big.toString());
    await until(() => t.lanes.server);
  }, { expected: { client: [[200, 300_000, true]], server: ['no error'] } });

  parity('with pauses, nothing comes between', async (t) => {
    await t.serve(async (request, response) => {
      let length = 0;
      let flowing = true;
      let wrong = 0;
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (!flowing) wrong++;
        request.pause();
        flowing = false;
        setTimeout(() => {
          flowing = true;
          request.resume();
        }, 1);
      });
      request.on('end', () => response.end(`${length} ${wrong}`));
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: big })).body);
  }, { expected: { client: ['300000 0'] } });

  parity('with read()', async (t) => {
    await t.serve((request, response) => {
      let body = '';
      request.on('readable', () => {
        let chunk;
        while ((chunk = request.read(3)) !== null) body += chunk;
      });
      request.on('end', () => response.end(body));
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: 'abcdefgh' })).body);
  }, { expected: { client: ['abcdefgh'] } });

  parity('long after the headers, when all has come', async (t) => {
    await t.serve((request, response) => {
      setTimeout(async () => {
        let body = '';
        for await (const chunk of request) body += chunk;
        response.end(body);
      }, 50);
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: 'kept' })).body);
  }, { expected: { client: ['kept'] } });

  parity('not at all', async (t) => {
    await t.serve((request, response) => {
      t.watch('request', request, 'close', 'aborted', 'error');
      t.watch('response', response, 'finish', 'close', 'error');
      response.end('no thanks');
    });
    const { status, body, rstCode } = await t.ask({ ':method': 'POST' }, { body: 'short' });
    t.record('client', status, body, rstCode);
    await until(() => t.lanes.response?.includes('close'));
  });

  parity('not at all, and the client is still sending', async (t) => {
    await t.serve((request, response) => {
      t.watch('response', response, 'finish', 'close', 'error');
      response.end('enough');
    });
    const { status, body } = await t.ask({ ':method': 'POST' }, { with: (stream) => stream.write('more is coming') });
    t.record('client', status, body);
    await until(() => t.lanes.response?.includes('close'));
  }, { expected: { client: [[200, 'enough']] } });

  parity('a request without a body ends when it is looked at', async (t) => {
    await t.serve((request, response) => {
      t.watch('request', request, 'end', 'close');
      request.on('data', () => t.record('request', 'data'));
      request.on('end', () => response.end());
    });
    t.record('client', (await t.ask()).status);
    await until(() => t.lanes.request?.includes('close'));
  }, { expected: { request: ['end', 'close'] } });
});

describe('trailers of a request', () => {
  parity('are there at its end', async (t) => {
    await t.serve((request, response) => {
      request.on('end', () => {
        t.record('server', plain(request.trailers), request.rawTrailers);
        response.end();
      });
      request.resume();
    });
    const { stream, answer } = (() => {
      const client = t.connect();
      const stream = client.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true } as Loose);
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc', 'x-two': ['1', '2'] }));
      stream.end('body');
      return { stream, answer: on(stream, 'close', { close: ['close'] }) };
    })();
    stream.resume();
    for await (const _ of answer) break;
    await until(() => t.lanes.server);
  });
});

describe('expectations (RFC 9110, section 10.1.1)', () => {
  parity('100-continue is answered, then the request comes', async (t) => {
    await t.serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(body);
    });
    const { events, status, body } = await t.ask({ ':method': 'POST', expect: '100-continue' }, {
      with: (stream) => stream.on('continue', () => stream.end('went on')),
    });
    t.record('client', events.filter((event) => event !== 'aborted'), status, body);
  }, { expected: { client: [[['continue', 'headers', 'response', 'data', 'end', 'close'], 200, 'went on']] } });

  parity('a listener to checkContinue decides itself', async (t) => {
    const server = await t.serve(() => t.record('server', 'request'));
    server.on('checkContinue', (request: Loose, response: Loose) => {
      t.record('server', 'checkContinue', request.headers.expect);
      if (request.url === '/yes') t.record('server', response.writeContinue());
      response.statusCode = request.url === '/yes' ? 200 : 413;
      response.end();
    });
    for (const path of ['/yes', '/no']) {
      const { status, informational } = await t.ask({ ':method': 'POST', ':path': path, expect: '100-continue' }, { with: (stream) => stream.end() });
      t.record('client', status, informational);
    }
  });

  parity('another expectation is a 417, or checkExpectation', async (t) => {
    const server = await t.serve((request, response) => response.end('never'));
    t.record('client', (await t.ask({ expect: 'the unexpected' })).status);
    server.on('checkExpectation', (request: Loose, response: Loose) => {
      t.record('server', request.headers.expect);
      response.end('well');
    });
    const { status, body } = await t.ask({ expect: 'the unexpected' });
    t.record('client', status, body);
  }, { expected: { client: [417, [200, 'well']] } });
});

describe('CONNECT', () => {
  parity('is a 405, or the event', async (t) => {
    const server = await t.serve((request, response) => response.end('never'));
    const connect = { ':method': 'CONNECT', ':authority': 'example.test:443', ':path': undefined };
    t.record('client', (await t.ask(connect, { with: (stream) => stream.end() })).status);
    server.on('connect', (request: Loose, response: Loose) => {
      t.record('server', request.method, request.url, request.authority);
      response.end('through');
    });
    const { status, body } = await t.ask(connect, { with: (stream) => stream.end() });
    t.record('client', status, body);
  }, { expected: { client: [405, [200, 'through']] } });
});

describe('time-outs', () => {
  for (const owner of ['request', 'response', 'stream']) {
    parity(`of the ${owner} are events`, async (t) => {
      await t.serve((request, response) => {
        const chosen = { request, response, stream: request.stream }[owner]!;
        request.on('timeout', () => t.record('request', 'timeout'));
        response.on('timeout', () => t.record('response', 'timeout'));
        const returned = chosen.setTimeout(40, () => {
          t.record('callback', 'called');
          response.end('late');
        });
        // The built-in's response returns nothing, against its documentation.
        if (owner !== 'response') t.record('server', returned === chosen);
      });
      t.record('client', (await t.ask()).body);
    }, { expected: { callback: ['called'], client: ['late'] } });
  }

  parity('of the server close its sessions, or are an event', async (t) => {
    const server = await t.serve(() => {});
    server.setTimeout(40);
    const first = await t.ask();
    t.record('client', first.status);
    server.setTimeout(40, (session: Loose) => {
      t.record('server', typeof session.close);
      session.destroy();
    });
  });
});

describe('classes given as options', () => {
  parity('make the requests and responses', async (t) => {
    class Request extends (t.h2.Http2ServerRequest as Loose) {
      get query(): string {
        return (this as Loose).url.split('?')[1];
      }
    }
    class Response extends (t.h2.Http2ServerResponse as Loose) {
      json(value: unknown): void {
        (this as Loose).setHeader('content-type', 'application/json');
        (this as Loose).end(JSON.stringify(value));
      }
    }
    await t.serve((request, response) => {
      t.record('server', request instanceof Request, response instanceof Response, request instanceof t.h2.Http2ServerRequest);
      response.json({ query: request.query });
    }, { Http2ServerRequest: Request, Http2ServerResponse: Response });
    const { body, headers } = await t.ask({ ':path': '/?a=b' });
    t.record('client', body, headers);
  });

  parity('a request made by hand', async (t) => {
    const server = await t.serve();
    server.on('stream', (stream: Loose, headers: Loose, flags: number, rawHeaders: string[]) => {
      const request = new (t.h2.Http2ServerRequest as Loose)(stream, headers, { highWaterMark: 17 }, rawHeaders);
      const response = new (t.h2.Http2ServerResponse as Loose)(stream);
      t.record('server', request.readableHighWaterMark, plain(request.headers)[':path'], response.statusCode);
      request.pipe(new PassThrough()).pipe(response);
    });
    t.record('client', (await t.ask({ ':method': 'POST' }, { body: 'by hand' })).body);
  }, { expected: { client: ['by hand'] } });
});

describe('rejected listeners', () => {
  parity('are a 500 with captureRejections', async (t) => {
    EventEmitter.captureRejections = true;
    t.finally(() => { EventEmitter.captureRejections = false; });
    await t.serve(async (request, response) => {
      response.setHeader('x-gone', 'yes');
      if (request.url === '/late') response.write('begun');
      throw new Error('handler');
    });
    EventEmitter.captureRejections = false;
    const early = await t.ask();
    t.record('client', early.status, early.headers['x-gone'], early.body);
    const late = await t.ask({ ':path': '/late' });
    t.record('client', late.status, late.body);
  });
});
