// The options of servers, clients and streams one by one.

import { EventEmitter, once } from 'node:events';
import * as net from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { runScript } from '../helpers/child.js';
import { duetto } from '../helpers/parity.js';
import { type Arena, type Play, closed, on, scenario, textOf } from '../helpers/scenario.js';

for (const strict of [undefined, true, false]) {
  scenario(`strictFieldWhitespaceValidation: ${strict}`, async (_http2, _record, arena) => {
    const { client } = await arena.pair({ server: { strictFieldWhitespaceValidation: strict }, onStream: (stream: any, headers: any) => {
      arena.record('server', headers['x-space'], headers['x-plain']);
      stream.respond({}, { endStream: true });
    } });
    const request = client.request({ 'x-space': ' around ', 'x-plain': 'x' });
    request.on('error', (error: unknown) => arena.record('client', error));
    request.on('response', (headers: any) => arena.record('client', headers[':status']));
    await closed(request.resume());
    arena.record('client', request.rstCode);
  }, strict === false ? { since: [24, 2], expected: { server: [[' around ', 'x']], client: [200, 0] } } : {});
}

/** Emitters that are made meanwhile look after the promises of their listeners. */
function captureRejections(arena: { finally(action: () => unknown): void }): void {
  EventEmitter.captureRejections = true;
  arena.finally(() => { EventEmitter.captureRejections = false; });
}

/** The other lines reset the stream before the response has gone out. */
const lostResponse = {
  lines: [20, 24],
  expected: {
    stream: [{ error: 'Error', message: 'mine' }],
    request: [
      [200, [':status', 'date']],
      ['error', { error: 'Error', code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_INTERNAL_ERROR' }],
      [2, false],
    ],
  },
};

for (const when of ['before', 'after']) {
  scenario(`captureRejections of a server's 'stream', ${when} the response`, async (_http2, _record, arena) => {
    captureRejections(arena);
    const { client } = await arena.pair({ onStream: async (stream: any) => {
      stream.on('error', (error: unknown) => arena.record('stream', error));
      if (when === 'after') stream.respond();
      throw new Error('mine');
    } });
    await failing(arena, client);
  }, when === 'after' ? lostResponse : {});

  scenario(`captureRejections of a server's 'request', ${when} the response`, async (_http2, _record, arena) => {
    captureRejections(arena);
    const { client, server } = await arena.pair();
    server.on('request', async (_request: any, response: any) => {
      response.stream.on('error', (error: unknown) => arena.record('stream', error));
      if (when === 'after') {
        response.setHeader('x-a', 'b');
        response.write('begun');
      }
      throw new Error('mine');
    });
    await failing(arena, client);
  }, when !== 'after' ? {} : {
    differs: 'A stream destroyed without an error',
    becomes: (lanes) => {
      lanes.request[1][0] = 8;
    },
  });

  scenario(`captureRejections of a session's 'stream', ${when} the response`, async (_http2, _record, arena) => {
    captureRejections(arena);
    const { client, session } = await arena.pair();
    session.on('stream', async (stream: any) => {
      stream.on('error', (error: unknown) => arena.record('stream', error));
      if (when === 'after') stream.respond();
      throw new Error('mine');
    });
    await failing(arena, client);
  }, when === 'after' ? lostResponse : {});
}

async function failing(arena: Arena, client: any): Promise<void> {
  const request = client.request();
  request.on('response', (headers: any) => arena.record('request', headers[':status'], Object.keys(headers)));
  arena.watch('request', request, 'error');
  await closed(request.resume());
  arena.record('request', request.rstCode, client.destroyed);
}

for (const strategy of ['NONE', 'MAX', 'CALLBACK', 'ALIGNED'] as const) {
  scenario(`PADDING_STRATEGY_${strategy}`, async (http2, _record, arena) => {
    const paddingStrategy = (http2.constants as any)[`PADDING_STRATEGY_${strategy}`] as number;
    const { client } = await arena.pair({ server: { paddingStrategy }, client: { paddingStrategy }, onStream: (stream: any, headers: any) => {
      stream.respond({ ':status': 200, 'x-a': headers['x-a'] });
      stream.pipe(stream);
    } });
    for (const length of [0, 1, 7, 8, 247, 255, 256, 16_383, 16_384, 16_385, 100_000]) {
      const body = Buffer.alloc(length, 'padded or not').toString();
      const request = client.request({ ':method': 'POST', 'x-a': 'x'.repeat(length % 1000) });
      request.on('response', (headers: any) => arena.record('header', headers['x-a'].length));
      request.end(body);
      arena.record('body', length, (await textOf(request)) === body);
    }
  });
}

scenario('padding strategies that are none', async (http2, _record, arena) => {
  for (const paddingStrategy of [4, -1, 1.5, NaN, '1', null, {}] as any[]) {
    const name = String(paddingStrategy);
    arena.attempt('server', name, () => { http2.createServer({ paddingStrategy }); });
    const { client } = await arena.pair({ server: { paddingStrategy }, client: { paddingStrategy }, onStream: (stream: any) => { stream.respond(); stream.end('x'); } });
    arena.record('client', name, await textOf(client.request()));
  }
});

scenario('HTTP/2 through a tunnel of HTTP/2', async (http2, _record, arena) => {
  const target = await arena.serve((stream: any, headers: any) => { stream.respond({ authority: headers[':authority'] }); stream.pipe(stream); });
  const { client } = await arena.pair({ onStream: (tunnel: any, headers: any) => {
    arena.record('proxy', headers);
    const socket = net.connect(Number(headers[':authority'].split(':')[1]), '127.0.0.1', () => {
      tunnel.respond();
      tunnel.pipe(socket).pipe(tunnel);
    });
    socket.on('error', () => {});
    tunnel.on('error', () => {});
    tunnel.on('close', () => socket.destroy());
  } });
  const tunnel = client.request({ ':method': 'CONNECT', ':authority': `localhost:${target.port}` });
  arena.record('tunnel', (await on(tunnel, 'response'))[0]);
  tunnel.on('error', () => {});
  const inner = http2.connect('http://inner.example', { createConnection: () => tunnel });
  arena.finally(() => inner.destroy());
  arena.names('inner', inner, 'connect', 'error', 'close');
  for (const length of [0, 5, 100_000]) {
    const request = inner.request({ ':method': 'POST' });
    request.on('response', (headers: unknown) => arena.record('inner', headers));
    request.end(Buffer.alloc(length, 'x'));
    arena.record('text', (await textOf(request)).length);
  }
  inner.close();
  await closed(inner, tunnel);
  arena.record('tunnel', tunnel.rstCode, client.destroyed);
});

scenario('a push that its client refuses', async (http2, _record, arena) => {
  const { client, stream, request } = await arena.exchange();
  client.on('stream', (push: any) => {
    arena.watch('refused', push, 'error', 'aborted', 'close');
    push.close(http2.constants.NGHTTP2_REFUSED_STREAM);
  });
  const push = await new Promise<any>((resolve) => stream.pushStream({ ':path': '/p' }, (_error: unknown, push: unknown) => resolve(push)));
  arena.watch('push', push, 'error', 'aborted', 'finish', 'close');
  await closed(push);
  arena.record('push', push.rstCode, push.destroyed);
  arena.attempt('push', 'respond', () => push.respond());
  arena.record('stream', stream.pushAllowed, stream.destroyed);
  stream.respond();
  stream.end('x');
  arena.record('request', await textOf(request));
});

scenario('a push to a client without listeners', async (_http2, _record, arena) => {
  const { stream, request } = await arena.exchange();
  const push = await new Promise<any>((resolve) => stream.pushStream({ ':path': '/p' }, (_error: unknown, push: unknown) => resolve(push)));
  arena.watch('push', push, 'error', 'aborted', 'close');
  push.respond();
  push.end('pushed');
  stream.respond();
  stream.end('x');
  arena.record('request', await textOf(request));
});

scenario('a push to a client with enablePush: false', async (_http2, _record, arena) => {
  const { stream, session, request } = await arena.exchange({}, { client: { settings: { enablePush: false } } });
  arena.record('server', session.remoteSettings.enablePush, stream.pushAllowed);
  arena.attempt('server', 'push', () => stream.pushStream({}, () => {}));
  arena.attempt('server', 'no callback', () => stream.pushStream({}));
  stream.respond({}, { endStream: true });
  await closed(request.resume());
});

scenario('errors that the callback of a push gets', async (_http2, _record, arena) => {
  const { stream, session, client } = await arena.exchange();
  client.on('stream', (push: any) => push.on('error', () => {}).resume());
  session.setNextStreamID(2 ** 31 - 2);
  const push = (): Promise<void> => new Promise((resolve) => stream.pushStream({}, (error: unknown, pushed: any) => {
    pushed?.on('error', () => {});
    arena.record('callback', error, pushed?.id);
    resolve();
  }));
  await push();
  await push();
  stream.respond();
  session.close();
  arena.record('closed', stream.pushAllowed);
  arena.attempt('closed', 'push', () => stream.pushStream({}, () => {}));
  stream.destroy();
  arena.attempt('destroyed', 'push', () => stream.pushStream({}, () => {}));
});

function tooManyOrigins(limit: number): object {
  return { error: 'Error', code: 'ERR_HTTP2_TOO_MANY_ORIGINS', message: `The server sent more ORIGIN frames than the allowed number of ${limit}` };
}

scenario('maxOriginSetSize', async (_http2, _record, arena) => {
  const { server, port } = await arena.serveTls();
  server.on('sessionError', () => {});
  for (const [maxOriginSetSize, count] of [[undefined, 127], [undefined, 128], [3, 2], [3, 3], [1, 0], [1, 1]]) {
    const met = once(server, 'session');
    const client = arena.connectTls(port, { maxOriginSetSize });
    client.on('error', (error: unknown) => arena.record('client', error));
    client.on('origin', (origins: string[]) => arena.record('client', 'origin', origins.length, client.originSet.length));
    const [session] = await met;
    session.on('error', () => {});
    session.origin(...Array.from({ length: count! }, (_value, i) => `https://o${i}.example`));
    const over = on(client, 'close');
    client.ping(() => client.destroy());
    await over;
  }
}, {
  since: [24, 0],
  expected: {
    client: [
      ['origin', 127, 128],
      tooManyOrigins(128),
      ['origin', 2, 3],
      tooManyOrigins(3),
      tooManyOrigins(1),
    ],
  },
});

for (const kind of ['createServer', 'createSecureServer', 'connect'] as const) {
  const play = (options: object): Play => async (http2, _record, arena) => {
    for (const [name, values] of Object.entries(options) as [string, unknown[]][]) {
      for (const value of values) {
        const made = { [name]: value, createConnection: () => new PassThrough() };
        try {
          if (kind === 'connect') (http2.connect('http://localhost', made as any) as any).on('error', () => {}).destroy();
          else http2[kind](made as any);
          arena.record(name, value, 'taken');
        } catch (error: any) {
          // Node 24 says 'options.' in some messages, and then 'property'.
          arena.record(name, value, error.code, error.name, error.message.replaceAll('options.', '').replace(/(?<=") (argument|property) /, ' option '));
        }
      }
    }
  };
  const numbers = [-1, 1.5, 2 ** 32, NaN, Infinity, '1', null, {}, true];
  const objects = [1, 'x', true, [], () => {}];
  scenario(`options of ${kind}, one by one`, play({
    settings: [...objects, { enablePush: 1 }, { maxFrameSize: 1 }, { initialWindowSize: -1 }, { customSettings: { 9: -1 } }],
    remoteCustomSettings: [Array(10).fill(1), Array(11).fill(1), null],
    maxDeflateDynamicTableSize: numbers, maxSettings: numbers, maxSessionMemory: numbers, maxHeaderListPairs: numbers,
    maxOutstandingPings: numbers, maxOutstandingSettings: numbers, maxSendHeaderBlockLength: numbers,
    paddingStrategy: numbers, peerMaxConcurrentStreams: numbers, maxReservedRemoteStreams: numbers,
    ...kind !== 'connect' && { maxSessionInvalidFrames: numbers, maxSessionRejectedStreams: numbers, unknownProtocolTimeout: numbers },
    streamResetRate: numbers, streamResetBurst: numbers,
    Http1IncomingMessage: [1, null], Http2ServerRequest: [1, null], origins: [1, null],
    protocol: ['http:', 'x', 1],
  }));
  scenario(`strictSingleValueFields and maxOriginSetSize of ${kind}`, play({
    strictSingleValueFields: [1, null, false],
    strictFieldWhitespaceValidation: [1, null],
    ...kind === 'connect' && { maxOriginSetSize: [-1, 1.5, NaN, Infinity, '1', null] },
  }), {
    since: [24, 0],
    expected: {
      strictSingleValueFields: [
        [1, 'ERR_INVALID_ARG_TYPE', 'TypeError', 'The "strictSingleValueFields" option must be of type boolean. Received type number (1)'],
        [null, 'ERR_INVALID_ARG_TYPE', 'TypeError', 'The "strictSingleValueFields" option must be of type boolean. Received null'],
        [false, 'taken'],
      ],
      strictFieldWhitespaceValidation: [[1, 'taken'], [null, 'taken']],
      ...kind === 'connect' && {
        maxOriginSetSize: [
          [-1, 'ERR_OUT_OF_RANGE', 'RangeError', 'The value of "maxOriginSetSize" is out of range. It must be >= 0. Received -1'],
          [1.5, 'taken'],
          [NaN, 'ERR_OUT_OF_RANGE', 'RangeError', 'The value of "maxOriginSetSize" is out of range. It must be >= 0. Received NaN'],
          [Infinity, 'taken'],
          ['1', 'ERR_INVALID_ARG_TYPE', 'TypeError', 'The "maxOriginSetSize" option must be of type number. Received type string (\'1\')'],
          [null, 'taken'],
        ],
      },
    },
  });
}

scenario('a client whose settings are null', async (_http2, _record, arena) => {
  const { port } = await arena.serve();
  const client = arena.connect(port, { settings: null });
  arena.watch('client', client, 'error');
  await closed(client);
  arena.record('client', client.destroyed);
});

scenario('a client that watches custom settings that are none', async (_http2, _record, arena) => {
  const { port } = await arena.serve();
  for (const remoteCustomSettings of [['x'], [-1], [0x10000]]) {
    const client = arena.connect(port, { remoteCustomSettings } as any);
    arena.watch('client', client, 'error');
    await closed(client);
    arena.record('client', client.destroyed);
  }
});

for (const name of ['the built-in', 'duetto']) {
  test(`ref and unref: a client that does not keep its process alive, ${name}`, async () => {
    const server = duetto.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    try {
      const { code, stdout, stderr } = await runScript(`
        const http2 = ${name === 'duetto' ? 'duetto' : "require('node:http2')"};
        const client = http2.connect('http://127.0.0.1:${port}');
        print(['connecting', client.unref() === undefined, client.ref() === undefined]);
        client.on('remoteSettings', () => {
          client.unref();
          client.ref();
          client.ping(() => {
            print('kept');
            client.unref();
          });
        });
        client.on('close', () => print('close'));
        process.on('exit', () => print(['exit', client.destroyed]));
      `);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stderr: '', stdout: '["connecting",true,true]\n"kept"\n["exit",false]\n' });
    } finally {
      server.close();
    }
  });
}
