// Http2ServerResponse as programs written for node:http see it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { finished } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { attempt, describeError, type Loose, nodeIs, parity, plain, until } from '../helpers/parity.js';
import { attemptAndEnd, each, type Handlers } from '../helpers/compat-response.js';

const bytes = new Uint8Array([0x68, 0x69]);

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
