// Header arrays of requests and responses.

import { closed, scenario, textOf } from '../helpers/scenario.js';

const utcDate = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Date fields of a raw array, which is the value after 'date'. */
function dateless(raw: readonly unknown[]): unknown[] {
  return raw.map((value, i) => raw[i - 1] === 'date' && utcDate.test(String(value)) ? '(date)' : value);
}

function codeOf(action: () => unknown): unknown {
  try {
    action();
    return 'taken';
  } catch (error: any) {
    return error.code;
  }
}

scenario('a request of raw headers', async (http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any, headers: any, _flags: number, raw: string[]) => {
    arena.record('raw', raw);
    arena.record('headers', headers);
    stream.respond({}, { endStream: true });
  } });
  const ask = (raw: any): Promise<unknown> => {
    const request = client.request(raw);
    arena.record('sent', request.sentHeaders);
    return closed(request.resume());
  };
  await ask([':path', '/order', 'x-b', '1', 'x-a', '2', 'x-b', '3', 'X-Upper', 'Y', ':method', 'GET']);
  await ask([]);
  await ask([':method', 'HEAD', ':authority', 'else.example', ':scheme', 'https', ':path', '/full']);
  await ask(['cookie', 'a=1', 'cookie', 'b=2']);
  await ask(Object.assign(['secret', 's', 'open', 'o'], { [http2.sensitiveHeaders]: ['secret'] }));
}, {
  since: [24, 0],
  expected: {
    sent: [
      {
        ':authority': 'localhost:PORT',
        ':scheme': 'http',
        ':path': '/order',
        'x-b': ['1', '3'],
        'x-a': '2',
        'X-Upper': 'Y',
        ':method': 'GET',
      },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/' },
      { ':method': 'HEAD', ':authority': 'else.example', ':scheme': 'https', ':path': '/full' },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/', cookie: ['a=1', 'b=2'] },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/', secret: 's', open: 'o', '@sensitive': ['secret'] },
    ],
    raw: [
      [
        ':authority', 'localhost:PORT',
        ':scheme', 'http',
        ':path', '/order',
        ':method', 'GET',
        'x-b', '1',
        'x-a', '2',
        'x-b', '3',
        'x-upper', 'Y',
      ],
      [':method', 'GET', ':authority', 'localhost:PORT', ':scheme', 'http', ':path', '/'],
      [':method', 'HEAD', ':authority', 'else.example', ':scheme', 'https', ':path', '/full'],
      [
        ':method', 'GET',
        ':authority', 'localhost:PORT',
        ':scheme', 'http',
        ':path', '/',
        'cookie', 'a=1',
        'cookie', 'b=2',
      ],
      [
        ':method', 'GET',
        ':authority', 'localhost:PORT',
        ':scheme', 'http',
        ':path', '/',
        'secret', 's',
        'open', 'o',
      ],
    ],
    headers: [
      {
        ':authority': 'localhost:PORT',
        ':scheme': 'http',
        ':path': '/order',
        ':method': 'GET',
        'x-b': '1, 3',
        'x-a': '2',
        'x-upper': 'Y',
        '@sensitive': [],
      },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/', '@sensitive': [] },
      { ':method': 'HEAD', ':authority': 'else.example', ':scheme': 'https', ':path': '/full', '@sensitive': [] },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/', cookie: 'a=1; b=2', '@sensitive': ['cookie', 'cookie'] },
      { ':method': 'GET', ':authority': 'localhost:PORT', ':scheme': 'http', ':path': '/', secret: 's', open: 'o', '@sensitive': ['secret'] },
    ],
  },
});

scenario('raw headers of a request with host', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any, _headers: any, _flags: number, raw: string[]) => {
    arena.record('raw', raw);
    stream.respond({}, { endStream: true });
  } });
  await closed(client.request(['host', 'by-host.example']).on('error', () => {}).resume());
}, {
  differs: '`host` in a raw header array',
  since: [24, 0],
  expected: { raw: [[':method', 'GET', ':scheme', 'http', ':path', '/', 'host', 'by-host.example']] },
});

scenario('what raw headers of a request must not be', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => stream.respond({}, { endStream: true }) });
  for (const raw of [
    [':bad', '1'], ['connection', 'x'], ['te', 'gzip'], ['etag', '1', 'etag', '2'], ['no token', '1'],
    [':method', 'CONNECT'], [':method', 'CONNECT', ':authority', 'x', ':path', '/'], [':method', 'CONNECT', ':authority', 'x', ':scheme', 'http'],
    [':path', '/', ':path', '/2'],
  ]) arena.record('client', raw.join(), codeOf(() => client.request(raw)));
}, {
  since: [24, 0],
  expected: {
    client: [
      [':bad,1', 'ERR_HTTP2_INVALID_PSEUDOHEADER'],
      ['connection,x', 'ERR_HTTP2_INVALID_CONNECTION_HEADERS'],
      ['te,gzip', 'ERR_HTTP2_INVALID_CONNECTION_HEADERS'],
      ['etag,1,etag,2', 'ERR_HTTP2_HEADER_SINGLE_VALUE'],
      ['no token,1', 'ERR_INVALID_HTTP_TOKEN'],
      [':method,CONNECT', 'ERR_HTTP2_CONNECT_AUTHORITY'],
      [':method,CONNECT,:authority,x,:path,/', 'ERR_HTTP2_CONNECT_PATH'],
      [':method,CONNECT,:authority,x,:scheme,http', 'ERR_HTTP2_CONNECT_SCHEME'],
      [':path,/,:path,/2', 'ERR_HTTP2_HEADER_SINGLE_VALUE'],
    ],
  },
});

scenario('a response of raw headers', async (http2, _record, arena) => {
  const answers: { [path: string]: [unknown, object?] } = {
    '/order': [[':status', 200, 'x-b', '1', 'x-a', '2', 'x-b', '3', 'X-Upper', 'Y']],
    '/status': [['x-a', '1'], { endStream: true }],
    '/no-date': [[':status', '404'], { sendDate: false, endStream: true }],
    '/own-date': [[':status', '200', 'date', 'never'], { endStream: true }],
    '/cookies': [['set-cookie', 'a', 'set-cookie', 'b'], { endStream: true }],
    '/secret': [Object.assign(['secret', 's', 'open', 'o'], { [http2.sensitiveHeaders]: ['secret'] }), { endStream: true }],
    '/no-body': [[':status', 204]],
  };
  const { client } = await arena.pair({ onStream: (stream: any, headers: any) => {
    stream.respond(...answers[headers[':path']]!);
    arena.record('sent', stream.sentHeaders);
    if (!stream.writableEnded) stream.end('body');
  } });
  for (const path of Object.keys(answers)) {
    const request = client.request({ ':path': path });
    request.on('response', (headers: unknown, _flags: number, raw: unknown[]) => {
      arena.record('headers', headers);
      arena.record('raw', dateless(raw));
    });
    arena.record('text', await textOf(request));
  }
}, {
  since: [24, 0],
  expected: {
    sent: [
      { ':status': 200, 'x-b': ['1', '3'], 'x-a': '2', 'X-Upper': 'Y', date: '(date)' },
      { ':status': 200, 'x-a': '1', date: '(date)' },
      { ':status': '404' },
      { ':status': '200', date: '(date)' },
      { ':status': 200, 'set-cookie': ['a', 'b'], date: '(date)' },
      { ':status': 200, secret: 's', open: 'o', date: '(date)', '@sensitive': ['secret'] },
      { ':status': 204, date: '(date)' },
    ],
    headers: [
      { ':status': 200, 'x-b': '1, 3', 'x-a': '2', 'x-upper': 'Y', date: '(date)', '@sensitive': [] },
      { ':status': 200, 'x-a': '1', date: '(date)', '@sensitive': [] },
      { ':status': 404, '@sensitive': [] },
      { ':status': 200, date: '(date)', '@sensitive': [] },
      { ':status': 200, 'set-cookie': ['a', 'b'], date: '(date)', '@sensitive': [] },
      { ':status': 200, secret: 's', open: 'o', date: '(date)', '@sensitive': ['secret'] },
      { ':status': 204, date: '(date)', '@sensitive': [] },
    ],
    raw: [
      [
        ':status', '200',
        'x-b', '1',
        'x-a', '2',
        'x-b', '3',
        'x-upper', 'Y',
        'date', '(date)',
      ],
      [':status', '200', 'x-a', '1', 'date', '(date)'],
      [':status', '404'],
      [':status', '200', 'date', '(date)'],
      [
        ':status', '200',
        'set-cookie', 'a',
        'set-cookie', 'b',
        'date', '(date)',
      ],
      [
        ':status', '200',
        'secret', 's',
        'open', 'o',
        'date', '(date)',
      ],
      [':status', '204', 'date', '(date)'],
    ],
    text: [
      'body', '',
      '', '',
      '', '',
      '',
    ],
  },
});

scenario('what raw headers of a response must not be', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ onStream: (stream: any) => {
    for (const raw of [[':status', 100], [':status', 600], [':status', 'x'], [':path', '/'], ['connection', 'x'], ['no token', '1'], ['etag', '1', 'etag', '2']])
      arena.record('server', raw.join(), codeOf(() => stream.respond([...raw, 'date', 'd'])));
    arena.record('server', stream.headersSent);
    stream.destroy();
  } });
  await closed(client.request().on('error', () => {}).resume());
}, {
  since: [24, 0],
  expected: {
    server: [
      [':status,100', 'ERR_HTTP2_STATUS_INVALID'],
      [':status,600', 'ERR_HTTP2_STATUS_INVALID'],
      [':status,x', 'ERR_HTTP2_HEADER_SINGLE_VALUE'],
      [':path,/', 'ERR_HTTP2_INVALID_PSEUDOHEADER'],
      ['connection,x', 'ERR_HTTP2_INVALID_CONNECTION_HEADERS'],
      ['no token,1', 'ERR_INVALID_HTTP_TOKEN'],
      ['etag,1,etag,2', 'ERR_HTTP2_HEADER_SINGLE_VALUE'],
      false,
    ],
  },
});

scenario('strictSingleValueFields: false', async (_http2, _record, arena) => {
  const { client } = await arena.pair({
    server: { strictSingleValueFields: false }, client: { strictSingleValueFields: false },
    onStream: (stream: any, headers: any, _flags: number, raw: string[]) => {
      arena.record('server', headers, raw);
      stream.respond({ etag: ['1', '2'], age: '3' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'content-md5': ['a', 'b'] }));
      stream.end();
    },
  });
  const request = client.request({ 'user-agent': ['a', 'b'], 'content-type': ['x', 'y'], etag: ['1'] });
  arena.record('client', request.sentHeaders);
  request.on('response', (headers: unknown, _flags: number, raw: unknown[]) => arena.record('client', headers, dateless(raw)));
  request.on('trailers', (headers: unknown, _flags: number, raw: unknown[]) => arena.record('client', headers, raw));
  await closed(request.resume());
}, {
  since: [24, 0],
  expected: {
    client: [
      {
        'user-agent': ['a', 'b'],
        'content-type': ['x', 'y'],
        etag: ['1'],
        ':method': 'GET',
        ':authority': 'localhost:PORT',
        ':scheme': 'http',
        ':path': '/',
      },
      [
        { ':status': 200, etag: '1', age: '3', date: '(date)', '@sensitive': [] },
        [
          ':status', '200',
          'etag', '1',
          'etag', '2',
          'age', '3',
          'date', '(date)',
        ],
      ],
      [ { 'content-md5': 'a', '@sensitive': [] }, ['content-md5', 'a', 'content-md5', 'b'] ],
    ],
    server: [
      [
        {
          ':method': 'GET',
          ':authority': 'localhost:PORT',
          ':scheme': 'http',
          ':path': '/',
          'user-agent': 'a',
          'content-type': 'x',
          etag: '1',
          '@sensitive': [],
        },
        [
          ':method', 'GET',
          ':authority', 'localhost:PORT',
          ':scheme', 'http',
          ':path', '/',
          'user-agent', 'a',
          'user-agent', 'b',
          'content-type', 'x',
          'content-type', 'y',
          'etag', '1',
        ],
      ],
    ],
  },
});

scenario('strictSingleValueFields: false, the rules that stay', async (_http2, _record, arena) => {
  const { client } = await arena.pair({ client: { strictSingleValueFields: false } });
  for (const headers of [{ connection: 'x' }, { ':bad': '1' }, { te: 'gzip' }, { 'no token': '1' }])
    arena.record('client', JSON.stringify(headers), codeOf(() => client.request(headers)));
});
