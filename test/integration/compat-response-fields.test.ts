// The fields of Http2ServerResponse: headers, trailers and informational responses.

import { describe } from 'vitest';
import { attempt, type Loose, nodeIs, parity } from '../helpers/parity.js';
import { attemptAndEnd, each, type Handlers } from '../helpers/compat-response.js';

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
