import { execFileSync } from 'node:child_process';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as errors from '../../lib/errors/index.js';
import { describeExpected, groupDigits, joinList } from '../../lib/errors/describe.js';
import { fixedMessageOf, stampStackHeader } from '../../lib/errors/node-error.js';
import { faceOf, thrownBy } from '../helpers/error-face.mjs';

type Sample = [code: string, variant: string | null, args: unknown[]];

const withoutArguments = Object.keys(errors).filter((name) => fixedMessageOf(name) !== undefined);

const samples: Sample[] = [
  ...withoutArguments.map((name): Sample => [name, null, []]),
  ['ERR_HTTP2_HEADER_SINGLE_VALUE', null, ['host']],
  ['ERR_HTTP2_INVALID_CONNECTION_HEADERS', null, ['connection']],
  ['ERR_HTTP2_INVALID_HEADER_VALUE', null, ['a', 'b']],
  ['ERR_HTTP2_INVALID_HEADER_VALUE', null, [{ an: { object: 1 } }, 'b']],
  ['ERR_HTTP2_INVALID_INFO_STATUS', null, [99]],
  ['ERR_HTTP2_INVALID_PSEUDOHEADER', null, [':bad']],
  ['ERR_HTTP2_INVALID_SETTING_VALUE', null, ['enablePush', 1]],
  ['ERR_HTTP2_INVALID_SETTING_VALUE', null, ['enablePush', 1, 0, 5]],
  ['ERR_HTTP2_INVALID_SETTING_VALUE', 'RangeError', ['maxFrameSize', -1, 16384, 16777215]],
  ['ERR_HTTP2_PAYLOAD_FORBIDDEN', null, [204]],
  ['ERR_HTTP2_SESSION_ERROR', null, ['NGHTTP2_PROTOCOL_ERROR']],
  ['ERR_HTTP2_STATUS_INVALID', null, [1000]],
  ['ERR_HTTP2_STATUS_INVALID', null, ['600x']],
  ['ERR_HTTP2_STREAM_CANCEL', null, [null]],
  ['ERR_HTTP2_STREAM_CANCEL', null, [{ message: 'why' }]],
  ['ERR_HTTP2_STREAM_CANCEL', null, ['a string']],
  ['ERR_HTTP2_STREAM_ERROR', null, [8]],
  ['ERR_HTTP2_TOO_MANY_ORIGINS', null, [128]],
  ['ERR_HTTP2_UNSUPPORTED_PROTOCOL', null, ['ftp:']],
  ['ERR_INVALID_ARG_VALUE', null, ['name', { deep: 'value'.repeat(50) }]],
  ['ERR_INVALID_ARG_VALUE', null, ['options.name', 'v', 'must be something else']],
  ['ERR_INVALID_ARG_VALUE', 'RangeError', ['name', 1]],
  ['ERR_INVALID_CHAR', null, ['header content', 'x-name']],
  ['ERR_INVALID_HTTP_TOKEN', null, ['Header name', 'a b']],
  ['ERR_HTTP_HEADERS_SENT', null, ['set']],
  ['ERR_METHOD_NOT_IMPLEMENTED', null, ['_read()']],
  ['ERR_STREAM_DESTROYED', null, ['write']],
  ['ERR_MISSING_ARGS', null, ['one']],
  ['ERR_MISSING_ARGS', null, ['one', ['two', 'three']]],
  ['ERR_MISSING_ARGS', null, ['one', 'two', 'three', 'four']],
  ['ERR_OUT_OF_RANGE', null, ['port', '>= 0', 4294967297]],
  ['ERR_INVALID_ARG_TYPE', null, ['first argument', 'string', 1]],
  ...([
    'string', 'Object', 'a dictionary', 'Weird-Thing', ['string', 'Buffer'],
    ['string', 'number', 'Buffer', 'TypedArray'], ['object', 'Buffer'], ['function', 'Object', 'null'],
    ['Object', 'Array', 'null'], ['Buffer', 'TypedArray', 'DataView'],
    ['string', 'null', 'undefined'], ['one', 'two', 'three'], ['boolean', 'bigint', 'symbol', 'Function'],
  ].map((expected): Sample => ['ERR_INVALID_ARG_TYPE', null, ['options.thing', expected, 1]])),
  ['AbortError', null, []],
  ['AbortError', null, ['stopped', { cause: 'reason' }]],
  ...[-1000, -505, -510, -513, -522, -530, -901, -902, -904, 0].map((n): Sample => ['NghttpError', null, [n]]),
  ['NghttpError', null, [-532, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES']],
  ['aggregateTwoErrors', null, ['ERR_HTTP2_INVALID_SESSION']],
];

function make([code, variant, args]: Sample): Error {
  const library = errors as any;
  if (code === 'aggregateTwoErrors') {
    return library.aggregateTwoErrors(new TypeError('inner'), new library[args[0] as string]());
  }
  return new library[variant === 'RangeError' ? `${code}_RANGE` : code](...args);
}

function makeInNode(): { faces: unknown[]; codeNames: string[] } {
  const script = path.join(__dirname, '../helpers/node-internal-errors.mjs');
  return JSON.parse(execFileSync(
    process.execPath, ['--expose-internals', '--no-warnings', script],
    { input: JSON.stringify(samples), encoding: 'utf8', timeout: 30_000 }));
}

describe('every error looks like the one that Node makes', () => {
  const { faces, codeNames } = makeInNode();

  it('has a class for every ERR_HTTP2_* code', () => {
    expect(codeNames.length).toBeGreaterThan(40);
    expect(Object.keys(errors)).toEqual(expect.arrayContaining(codeNames));
    const sampled = new Set(samples.map(([code]) => code));
    expect(codeNames.filter((code) => !sampled.has(code))).toEqual([]);
  });

  const pairs = samples.map((sample, index) => [sample[0], JSON.stringify(sample[2]), sample, faces[index]] as const);
  it.each(pairs)('%s %s', (_code, _args, sample, face) => {
    // Null: this Node does not have the code yet.
    if (face !== null) expect(faceOf(make(sample))).toEqual(face);
  });
});

describe('errors look like those that the built-in throws', () => {
  let server: http2.Http2Server;
  let client: http2.ClientHttp2Session;

  beforeAll(async () => {
    server = http2.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    client = http2.connect(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    await new Promise((resolve) => client.once('remoteSettings', resolve));
  });

  afterAll(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    client.destroy();
    await closed;
  });

  const cases: [string, () => unknown, () => Error][] = [
    ['connect with a number for options', () => http2.connect('http://localhost:1', 5 as any),
      () => new errors.ERR_INVALID_ARG_TYPE('options', 'Object', 5)],
    ['connect with another protocol', () => http2.connect('ftp://localhost'),
      () => new errors.ERR_HTTP2_UNSUPPORTED_PROTOCOL('ftp:')],
    ['a negative setting', () => http2.getPackedSettings({ headerTableSize: -1 }),
      () => new errors.ERR_HTTP2_INVALID_SETTING_VALUE_RANGE('headerTableSize', -1, 0, 2 ** 32 - 1)],
    ['a setting of the wrong type', () => http2.getPackedSettings({ enablePush: 1 as any }),
      () => new errors.ERR_HTTP2_INVALID_SETTING_VALUE('enablePush', 1)],
    ['seven bytes of packed settings', () => http2.getUnpackedSettings(Buffer.alloc(7)),
      () => new errors.ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH()],
    ['a string as packed settings', () => http2.getUnpackedSettings('x' as any),
      () => new errors.ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray'], 'x')],
    ['a short ping', () => client.ping(Buffer.alloc(1), () => {}), () => new errors.ERR_HTTP2_PING_LENGTH()],
    ['a ping without a callback', () => client.ping(Buffer.alloc(8), 1 as any),
      () => new errors.ERR_INVALID_ARG_TYPE('callback', 'Function', 1)],
    ['goaway with a string', () => client.goaway('x' as any),
      () => new errors.ERR_INVALID_ARG_TYPE('code', 'number', 'x')],
    ['goaway with a number for data', () => client.goaway(0, 0, 5 as any),
      () => new errors.ERR_INVALID_ARG_TYPE('opaqueData', ['Buffer', 'TypedArray', 'DataView'], 5)],
    ['a negative window', () => client.setLocalWindowSize(-1),
      () => new errors.ERR_OUT_OF_RANGE('windowSize', '>= 0 && <= 2147483647', -1)],
    ['a connection header', () => client.request({ connection: 'close' }),
      () => new errors.ERR_HTTP2_INVALID_CONNECTION_HEADERS('connection')],
    ['an unknown pseudo-header', () => client.request({ ':nope': '1' }),
      () => new errors.ERR_HTTP2_INVALID_PSEUDOHEADER(':nope')],
    ['CONNECT without an authority', () => client.request({ ':method': 'CONNECT' }),
      () => new errors.ERR_HTTP2_CONNECT_AUTHORITY()],
    ['writing to the socket', () => client.socket.write('x'), () => new errors.ERR_HTTP2_NO_SOCKET_MANIPULATION()],
  ];

  it.each(cases)('%s', (_label, provoke, ours) => {
    expect(faceOf(ours())).toEqual(faceOf(thrownBy(provoke)));
  });
});

describe('NghttpError', () => {
  it('asks the native binding for its words once that is plugged in', () => {
    const before = errors.setNghttp2ErrorString((code) => `from nghttp2: ${code}`);
    try {
      expect(new errors.NghttpError(-505).message).toBe('from nghttp2: -505');
      expect(new errors.NghttpError(-505, 'ERR_HTTP2_NO_MEM').message).toBe('Out of memory');
    } finally {
      errors.setNghttp2ErrorString(before);
    }
    expect(new errors.NghttpError(-505).message).toBe('Protocol error');
  });
});

describe('aggregateTwoErrors', () => {
  const one = new Error('one');

  it('gives the only error there is', () => {
    expect(errors.aggregateTwoErrors(one, undefined)).toBe(one);
    expect(errors.aggregateTwoErrors(null, one)).toBe(one);
    expect(errors.aggregateTwoErrors(one, one)).toBe(one);
    expect(errors.aggregateTwoErrors(undefined, null)).toBe(null);
  });

  it('holds the outer error before the inner, and adds to an aggregate', () => {
    const outer = Object.assign(new Error('two'), { code: 'TWO' });
    const both = errors.aggregateTwoErrors(one, outer) as AggregateError & { code: string };
    expect(both).toBeInstanceOf(AggregateError);
    expect([both.message, both.code, both.errors]).toEqual(['two', 'TWO', [outer, one]]);
    const third = new Error('three');
    expect(errors.aggregateTwoErrors(third, both)).toBe(both);
    expect(both.errors).toEqual([outer, one, third]);
  });
});

describe('a runtime without the mark of Node errors', () => {
  it('still gets the code into the stack header, and keeps the name plain', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'ERR_X' });
    stampStackHeader(error);
    expect(error.stack).toMatch(/^RangeError \[ERR_X\]: too far\n +at /);
    expect(error.name).toBe('RangeError');
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(Object.keys(error)).toEqual(['code']);
  });
});

describe('words', () => {
  it('joins lists', () => {
    expect(joinList([], 'or')).toBe('');
    expect(joinList(['a', 'b'], 'and')).toBe('a and b');
    expect(joinList(['a', 'b', 'c', 'd'], 'or')).toBe('a, b, c, or d');
  });

  it('groups digits', () => {
    expect(['1', '123', '1234', '-123', '-1234', '1234567'].map(groupDigits))
      .toEqual(['1', '123', '1_234', '-123', '-1_234', '1_234_567']);
  });

  it('puts types before classes before the rest', () => {
    expect(describeExpected(['null', 'Buffer', 'string'])).toBe('of type string or an instance of Buffer or null');
  });
});
