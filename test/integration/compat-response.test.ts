// Http2ServerResponse as programs written for node:http see it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { finished } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { attempt, describeError, type Loose, nodeIs, parity, plain, until } from '../helpers/parity.js';

const bytes = new Uint8Array([0x68, 0x69]);

/** Serves one scenario per path: name -> handler, asked for in turn with the answers recorded. */
type Handlers = Record<string, (response: Loose, request: Loose) => unknown>;

function each(name: string, handlers: Handlers, headers: object = {}, options: Parameters<typeof parity>[2] = {}): void {
  parity(name, async (t) => {
    const names = Object.keys(handlers);
    await t.serve((request, response) => {
      const handler = names[Number(request.url.slice(1))]!;
      t.watch(`${handler}: events`, response, 'finish', 'close', 'error');
      try {
        const result = handlers[handler]!(response, request);
        if (typeof result === 'string') t.record(handler, result);
      } catch (error) {
        t.record(handler, describeError(error));
        response.end();
      }
    });
    for (const [index, handler] of names.entries()) {
      const { status, headers: fields, body, trailers, rstCode, informational } = await t.ask({ ':path': `/${index}`, ...headers });
      t.record(handler, { status, fields, body, trailers, rstCode, informational });
      await until(() => t.lanes[`${handler}: events`]?.includes('close'));
    }
  }, options);
}

const ends: Handlers = {
  'nothing': (response) => response.end(),
  'text': (response) => response.end('text'),
  'no text': (response) => response.end(''),
  'null': (response) => response.end(null),
  'undefined': (response) => response.end(undefined),
  'a Buffer': (response) => response.end(Buffer.from('buffer')),
  'a Uint8Array': (response) => response.end(bytes),
  'text in hex': (response) => response.end('6869', 'hex'),
  'text in latin1': (response) => response.end('\u00e9', 'latin1'),
  'text in UTF-8': (response) => response.end('\u00e9'),
  'a long text': (response) => response.end('long '.repeat(20_000)),
};

describe('end', () => {
  each('of every form', ends);
  each('of every form, after a write', Object.fromEntries(Object.entries(ends).map(([name, handler]) =>
    [name, (response: Loose, request: Loose) => (response.write('before '), handler(response, request))])));
  each('of every form, to HEAD', ends, { ':method': 'HEAD' });

  parity('calls back, in each form and if called twice', async (t) => {
    await t.serve((request, response) => {
      const said = (text: string) => () => t.record('callbacks', request.url, text);
      switch (request.url) {
        case '/callback': response.end(said('called')); break;
        case '/text': response.end('x', said('called')); break;
        case '/encoding': response.end('x', 'utf8', said('called')); break;
        case '/null': response.end(null, said('called')); break;
        case '/undefined': response.end(undefined, undefined, said('called')); break;
        case '/twice':
          t.record('returned', response.end('x', said('first')) === response);
          t.record('returned', response.end('y', said('second')) === response);
          t.record('returned', response.end(said('third')) === response);
          break;
        case '/later': response.end('x', () => response.end(said('after finish')));
      }
    });
    for (const path of ['/callback', '/text', '/encoding', '/null', '/undefined', '/twice', '/later'])
      t.record('client', path, (await t.ask({ ':path': path })).body);
    await until(() => t.lanes.callbacks?.length === 9);
  });

  parity('of something else throws or not', async (t) => {
    await t.serve((request, response) => {
      for (const value of [1, true, {}, []]) t.record('server', attempt(() => response.end(value)));
      response.end();
    });
    t.record('client', (await t.ask()).status);
  }, { builtin: false });

  parity('events come in order', async (t) => {
    await t.serve((request, response) => {
      t.watch('server', response, 'finish', 'close', 'drain', 'error');
      response.on('finish', () => t.record('server', response.writableEnded, response.finished, response.headersSent));
      response.end('body', () => t.record('server', 'callback'));
      t.record('server', 'end returned', response.writableEnded, response.finished, response.headersSent);
    });
    t.record('client', (await t.ask()).events);
    await until(() => t.lanes.server?.includes('close'));
  });
});

describe('write', () => {
  each('of every form', {
    'text': (response) => (response.write('a'), response.write('b'), response.end('c')),
    'bytes': (response) => (response.write(bytes), response.write(Buffer.from('b')), response.end()),
    'hex': (response) => (response.write('6869', 'hex'), response.end()),
    'nothing': (response) => (response.write(''), response.end('c')),
    'only nothing': (response) => (response.write(''), response.end()),
    'null': (response) => attemptAndEnd(response, () => response.write(null)),
    'a number': (response) => attemptAndEnd(response, () => response.write(1)),
    'undefined': (response) => attemptAndEnd(response, () => response.write(undefined)),
    'an unknown encoding': (response) => attemptAndEnd(response, () => response.write('x', 'none')),
  });

  parity('calls back in order, and with an error after end', async (t) => {
    await t.serve((request, response) => {
      response.on('error', (error: Loose) => t.record('error', describeError(error)));
      const said = (text: string) => (error: unknown) => t.record('callbacks', text, describeError(error));
      t.record('returned', response.write('a', said('a')));
      t.record('returned', response.write('b', 'utf8', said('b')));
      response.end('c', () => {
        t.record('callbacks', 'end');
        t.record('returned', response.write('d', said('d')));
      });
    });
    t.record('client', (await t.ask()).body);
    await until(() => t.lanes.callbacks?.length === 4);
  }, { expected: { client: ['abc'], returned: [true, true, false] } });

  parity('is false when the buffer is full, and drain follows', async (t) => {
    await t.serve(async (request, response) => {
      let waits = 0;
      for (let i = 0; i < 50; i++) {
        if (response.write(Buffer.alloc(20_000, 'x'))) continue;
        waits++;
        await new Promise((resolve) => response.once('drain', resolve));
      }
      t.record('server', waits > 0, response.writableNeedDrain ?? false);
      response.end();
    });
    t.record('client', (await t.ask()).body.length);
  }, { expected: { client: [1_000_000] } });

  parity('between cork and uncork', async (t) => {
    await t.serve((request, response) => {
      response.cork();
      response.write('a');
      response.write('b');
      t.record('server', response.stream.writableLength, response.stream.writableCorked);
      response.uncork();
      response.end('c');
    });
    t.record('client', (await t.ask()).body);
  }, { expected: { client: ['abc'] } });
});

function attemptAndEnd(response: Loose, action: () => unknown): unknown {
  const result = attempt(action);
  response.end();
  return String(result);
}

describe('statuses', () => {
  const statuses = [200, 201, 204, 205, 206, 301, 304, 404, 500, 599];
  each('with and without a body', Object.fromEntries(statuses.map((status) =>
    [status, (response: Loose) => (response.statusCode = status, response.end('body'))])));
  each('by writeHead, with a length', Object.fromEntries(statuses.map((status) =>
    [status, (response: Loose) => response.writeHead(status, { 'content-length': 4 }).end('body')])));
  each('to HEAD', Object.fromEntries(statuses.map((status) =>
    [status, (response: Loose) => (response.writeHead(status, { 'content-length': '4' }), response.write('bo'), response.end('dy'))])),
  { ':method': 'HEAD' });

  parity('that are none', async (t) => {
    await t.serve((request, response) => {
      for (const status of [100, 101, 199, 99, 600, 0, -1, 'abc', undefined, null, '404', 204.7]) {
        t.record('server', String(status), attempt(() => { response.statusCode = status; }), response.statusCode);
      }
      for (const status of [99, 600, 100, 101, 'abc'])
        t.record('server', status, attempt(() => response.writeHead(status)), response.headersSent);
      if (!response.headersSent) response.statusCode = 200;
      response.end();
    });
    t.record('client', (await t.ask()).status);
  });

  test('a status message is warned about once', () => {
    const script = `
      const h2 = require(process.argv[1]);
      const server = h2.createServer((request, response) => {
        response.statusMessage = 'a';
        response.statusMessage;
        response.writeHead(200, 'b', { x: 'y' });
        response.end();
      }).listen(0, () => {
        const client = h2.connect('http://localhost:' + server.address().port);
        let left = 2;
        for (let i = 0; i < 2; i++) client.request().resume().on('close', () => --left || (client.close(), server.close()));
      });
      process.on('warning', ({ name, message }) => console.log(name + ': ' + message));`;
    const play = (module: string) =>
      spawnSync(process.execPath, ['-e', script, module], { encoding: 'utf8' }).stdout;
    const ours = play(fileURLToPath(new URL('../../dist/index.js', import.meta.url)));
    expect(ours.trim()).toMatch(/^UnsupportedWarning: Status message is not supported by HTTP\/2 \(RFC7540 8.1.2.4\)$/);
    expect(ours).toBe(play('node:http2'));
  });
});

describe('headers', () => {
  parity('set, asked for, changed and removed', async (t) => {
    await t.serve((request, response) => {
      response.setHeader('X-One', '1');
      response.setHeader('x-many', ['a', 'b']);
      response.setHeader(' x-trimmed ', 'x');
      response.setHeader('x-number', 5);
      t.record('server', response.getHeader('x-ONE'), response.getHeader('none'), response.hasHeader('X-one'));
      t.record('server', response.getHeaderNames(), { ...response.getHeaders() }, Object.getPrototypeOf(response.getHeaders()));
      response.getHeaders()['x-one'] = 'changed';
      response.removeHeader('X-Many');
      response.removeHeader('never-was');
      t.record('server', response.getHeader('x-one'), response.hasHeader('x-many'));
      response.end();
      t.record('server', 'late', attempt(() => response.setHeader('a', 'b')), attempt(() => response.removeHeader('x-one')),
        attempt(() => response.getHeader('x-one')), attempt(() => response.writeHead(200)), attempt(() => response.flushHeaders()));
    });
    t.record('client', (await t.ask()).headers);
  });

  parity('that cannot be', async (t) => {
    await t.serve((request, response) => {
      const bad: [unknown, unknown][] = [
        [':status', '200'], [':path', '/'], ['', 'x'], ['x', undefined], ['x', null], [undefined, 'x'], [1, 'x'],
        ['with space', 'x'], ['connection', 'close'], ['connection', 'trailers'],
      ];
      for (const [name, value] of bad) {
        t.record('server', name, attempt(() => response.setHeader(name, value)));
        if (name !== 'connection') t.record('server', name, attempt(() => response.setTrailer(name, value)));
      }
      for (const method of ['getHeader', 'hasHeader', 'removeHeader'])
        for (const name of [undefined, null, 1, {}]) t.record('server', method, attempt(() => response[method](name)));
      response.removeHeader('connection');
      response.end();
    });
    t.record('client', (await t.ask()).status);
  }, { builtin: nodeIs(20) });

  each('given to writeHead', {
    'as an object': (response) => response.writeHead(201, { 'X-A': '1', 'x-b': ['2', '3'] }).end(),
    'with a message': (response) => response.writeHead(201, 'Made', { 'x-a': '1' }).end(),
    'over those set': (response) => (response.setHeader('x-a', 'old'), response.setHeader('x-c', 'kept'), response.writeHead(200, { 'x-a': 'new' }).end()),
    'flat': (response) => response.writeHead(200, ['x-a', '1', 'X-B', '2']).end(),
    'in pairs': (response) => response.writeHead(200, [['x-a', '1'], ['x-b', '2']]).end(),
    'odd in number': (response) => attemptAndEnd(response, () => response.writeHead(200, ['x-a'])),
    'twice': (response) => (response.writeHead(200), attemptAndEnd(response, () => response.writeHead(200))),
    'without any': (response) => response.writeHead(204).end(),
  });

  each('implicit', {
    'by write': (response) => (response.setHeader('x-a', '1'), response.write('x'), response.end()),
    'by end': (response) => (response.setHeader('x-a', '1'), response.end()),
    'by flushHeaders': (response) => {
      response.setHeader('x-a', '1');
      response.flushHeaders();
      const sent = response.headersSent;
      setTimeout(() => response.end(String(sent)), 5);
    },
    'by a pipe': (response, request) => request.pipe(response),
  });

  each('of dates', {
    'by default': (response) => response.end(String(response.sendDate)),
    'not wanted': (response) => (response.sendDate = false, response.end()),
    'a truthy one': (response) => (response.sendDate = 'no', response.end(String(response.sendDate))),
    'removed': (response) => (response.removeHeader('date'), response.end()),
    'its own': (response) => (response.setHeader('date', 'now'), response.end()),
  });

  each('appended', {
    'to nothing': (response) => (response.appendHeader('x-a', '1'), response.end()),
    'to one and more': (response) => {
      response.setHeader('x-a', '1');
      response.appendHeader('X-A', '2');
      response.appendHeader('x-a', ['3', '4']);
      response.end(JSON.stringify(response.getHeader('x-a')));
    },
    'cookies': (response) => (response.appendHeader('set-cookie', 'a=1'), response.appendHeader('set-cookie', 'b=2'), response.end()),
    'not after they are sent': (response) => (response.write('x'), attemptAndEnd(response, () => response.appendHeader('a', 'b'))),
    'not what cannot be': (response) => attemptAndEnd(response, () => response.appendHeader(':status', '1')),
  });
});

describe('trailers', () => {
  each('of a response', {
    'set': (response) => (response.setTrailer('X-Sum', 'abc'), response.end('body')),
    'added': (response) => (response.addTrailers({ 'x-a': '1', 'x-b': ['2', '3'] }), response.end('body')),
    'after a write': (response) => (response.write('x'), response.setTrailer('x-a', '1'), response.end('y')),
    'later': (response) => {
      response.write('x');
      setTimeout(() => (response.setTrailer('x-a', '1'), response.end('y')), 5);
    },
  });
  // The built-in loses them.
  each('of a response without a body', {
    'set': (response) => (response.setTrailer('x-a', '1'), response.end()),
  }, {}, { builtin: false, expected: { set: [{ trailers: { 'x-a': '1' } }] } });
  each('of a response to HEAD', {
    'set': (response) => (response.setTrailer('x-sum', 'abc'), response.end('body')),
  }, { ':method': 'HEAD' });
});

describe('informational responses', () => {
  each('100 and 103', {
    '100': (response) => (response.writeContinue(), response.end()),
    'hints': (response) => (response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style', 'x-trace': '1' }), response.end()),
    'more hints': (response) => (response.writeEarlyHints({ link: ['</a>; rel=preload', '</b>; rel=preload'] }), response.end()),
    'no hints': (response) => response.end(String(response.writeEarlyHints({ link: [] }))),
    'not late': (response) => (response.write('x'), response.end(String(response.writeContinue()))),
    'bad hints': (response) => attemptAndEnd(response, () => response.writeEarlyHints({ link: 'no link' })),
    'none': (response) => attemptAndEnd(response, () => response.writeEarlyHints()),
  });
  const others: Handlers = {
    '102': (response) => response.end(String(response.writeInformation(102))),
    'headers': (response) => (response.writeInformation(110, { 'x-a': '1' }), response.end()),
    'late': (response) => (response.write('x'), response.end(String(response.writeInformation(102)))),
    ...Object.fromEntries([101, 99, 200, '102', undefined].map((status) =>
      [`not ${typeof status} ${status}`, (response: Loose) => attemptAndEnd(response, () => response.writeInformation(status))])),
    'not what is no object': (response) => attemptAndEnd(response, () => response.writeInformation(102, 'x')),
  };
  each('of any status', others, {}, { builtin: nodeIs(24, 18) });
});

describe('the state of the writable side', () => {
  parity('is that of the stream', async (t) => {
    await t.serve((request, response) => {
      const state = (): unknown[] => ['writableCorked', 'writableHighWaterMark', 'writableObjectMode', 'writableFinished',
        'writableLength', 'writableNeedDrain', 'writableEnded', 'writable', 'finished'].map((name) => response[name]);
      t.record('server', ...state());
      response.cork();
      response.write('12345');
      t.record('server', ...state());
      response.uncork();
      response.end();
      t.record('server', ...state());
      response.on('close', () => t.record('server', response.writableFinished));
    });
    await t.ask();
    await until(() => t.lanes.server?.length === 4);
  }, { builtin: nodeIs(24, 16) });

  parity('lets stream.finished see the end', async (t) => {
    await t.serve((request, response) => {
      finished(response, (error) => t.record('server', describeError(error)));
      response.end('x');
    });
    await t.ask();
    await until(() => t.lanes.server);
  });
});

describe('createPushResponse', () => {
  parity('gives a response to write', async (t) => {
    await t.serve((request, response) => {
      response.createPushResponse({ ':path': '/pushed' }, (error: Loose, pushed: Loose) => {
        t.record('server', describeError(error), pushed instanceof t.h2.Http2ServerResponse, pushed.req);
        pushed.setHeader('x-pushed', 'yes');
        pushed.end('pushed');
        response.end('asked');
      });
    });
    t.client.on('stream', (stream, headers) => {
      t.record('push', headers[':path'], headers[':method']);
      stream.on('push', (fields) => t.record('push', plain(fields)));
      stream.setEncoding('utf8').on('data', (text) => t.record('push', text));
      stream.on('close', () => t.record('push', 'close'));
    });
    t.record('client', (await t.ask()).body);
    await until(() => t.lanes.push?.includes('close'));
  });

  parity('fails to those who do not want it', async (t) => {
    await t.serve((request, response) => {
      t.record('server', attempt(() => response.createPushResponse({ ':path': '/' })));
      const pushing = attempt(() => response.createPushResponse({ ':path': '/pushed' }, (error: Loose, pushed: Loose) => {
        t.record('callback', describeError(error), pushed);
      }));
      t.record('server', pushing);
      response.end();
    });
    const client = t.connect({ settings: { enablePush: false } });
    const stream = client.request();
    stream.resume();
    await new Promise((resolve) => stream.on('close', resolve));
  });
});
