// Programs that hold symbols and classes of node:http2 against what duetto gives them, whichever was loaded first.

import * as path from 'node:path';
import { expect, test } from 'vitest';
import { project, start } from '../helpers/child.ts';

const duetto = JSON.stringify(path.join(project, 'dist/index.js'));

async function seen(code: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout, stderr, code: status } = await start(process.execPath, ['-e', code], { env }).ended;
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

const orders = [
  ['duetto first', `const duetto = require(${duetto}); const builtin = require('node:http2');`],
  ['node:http2 first', `const builtin = require('node:http2'); const duetto = require(${duetto});`],
];

test.each(orders)('sensitiveHeaders of node:http2 mean the same: %s', async (_order, load) => {
  expect(await seen(`${load}
    const names = (headers, { sensitiveHeaders }) => headers[sensitiveHeaders];
    const result = {};
    const server = duetto.createServer().on('stream', (stream, headers) => {
      result.request = [names(headers, duetto), names(headers, builtin)];
      stream.respond({ ':status': 200, token: 'c', [builtin.sensitiveHeaders]: ['token'] });
      stream.end();
    }).listen(0, () => {
      const client = duetto.connect('http://localhost:' + server.address().port);
      const object = { token: 'a', other: 'b', [builtin.sensitiveHeaders]: ['token'] };
      client.request(object).on('response', (headers) => {
        result.response = [names(headers, duetto), names(headers, builtin)];
      }).resume().on('close', () => {
        const array = Object.assign(['token', 'a'], { [builtin.sensitiveHeaders]: ['token'] });
        const { request } = result;
        client.request(array).resume().on('close', () => {
          client.close();
          server.close();
          console.log(JSON.stringify({ ...result, request, array: result.request }));
        });
      });
    });`)).toEqual({
    request: [['token'], ['token']], response: [['token'], ['token']], array: [['token'], ['token']],
  });
});

test('the symbol is that of node:http2 where that has been loaded, which duetto does not do', async () => {
  expect(await seen(`
    const builtin = require('node:http2');
    console.log(require(${duetto}).sensitiveHeaders === builtin.sensitiveHeaders);`)).toBe(true);
  expect(await seen(`
    require(${duetto}).createServer().listen(0).close();
    console.log(process.moduleLoadList.includes('NativeModule http2'));`, { DUETTO_INTERNALS: '1' })).toBe(false);
});

test.each([...orders, ['node:http2 after the server', `const duetto = require(${duetto}); let builtin; process.nextTick(() => builtin = require('node:http2'));`]],
)('requests and responses are instances of the classes of node:http2: %s', async (_order, load) => {
  expect(await seen(`${load}
    const server = duetto.createServer((request, response) => {
      class Own extends builtin.Http2ServerRequest {}
      console.log(JSON.stringify([
        request instanceof builtin.Http2ServerRequest, response instanceof builtin.Http2ServerResponse,
        request instanceof duetto.Http2ServerRequest, response instanceof duetto.Http2ServerResponse,
        response instanceof builtin.Http2ServerRequest, request instanceof Own, {} instanceof builtin.Http2ServerRequest,
        null instanceof builtin.Http2ServerRequest,
      ]));
      response.end();
    }).listen(0, () => {
      const client = duetto.connect('http://localhost:' + server.address().port);
      client.request().resume().on('close', () => { client.close(); server.close(); });
    });`)).toEqual([true, true, true, true, false, false, false, false]);
});
