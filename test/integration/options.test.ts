// Options that node:http2 does not have: what is wrong with them is said when they are given.

import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { duplexPair } from '../helpers/duplex.ts';

type Loose = Record<string, unknown>;

const calls: Record<string, (options: Loose) => unknown> = {
  createServer: (options) => duetto.createServer(options),
  createSecureServer: (options) => duetto.createSecureServer(options),
  performServerHandshake: (options) => duetto.performServerHandshake(duplexPair()[0], options).destroy(),
  connect: (options) => {
    const session = duetto.connect('http://localhost', { createConnection: () => new PassThrough(), ...options });
    session.on('error', () => {});
    session.destroy();
  },
};

/** Each with its range. */
const options: Record<string, [least: number, most: number]> = {
  connectionWindowSize: [1, 2 ** 31 - 1],
  maxContinuations: [0, 2 ** 32 - 1],
  maxOutboundAcks: [0, 2 ** 32 - 1],
  maxOutboundFrames: [0, 2 ** 32 - 1],
  maxEmptyFrames: [0, 2 ** 32 - 1],
  glitchBurst: [0, 2 ** 32 - 1],
  glitchRate: [0, 2 ** 32 - 1],
  headersTimeout: [0, 2 ** 31 - 1],
  stalledWriteTimeout: [0, 2 ** 31 - 1],
  busyPoll: [0, 1000],
};

describe.each(Object.entries(calls))('%s', (_, call) => {
  test.each(Object.entries(options))('%s', (name, [least, most]) => {
    for (const value of [least, most, undefined]) call({ [name]: value });
    for (const value of [String(least), null, true, {}, 1n])
      expect(() => call({ [name]: value }), String(value)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    for (const value of [least - 1, most + 1, NaN, 0.5])
      expect(() => call({ [name]: value }), String(value)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  });

  test.each([
    ['glitchBrust', 'glitchBurst'], ['glitchburst', 'glitchBurst'], ['glitchesRate', 'glitchRate'], ['maxContinuation', 'maxContinuations'],
    ['headerTimeout', 'headersTimeout'], ['stalledWritesTimeout', 'stalledWriteTimeout'], ['maxOutBoundAcks', 'maxOutboundAcks'],
    ['busypoll', 'busyPoll'], ['connectionWindowsize', 'connectionWindowSize'], ['maxEmptyFrame', 'maxEmptyFrames'],
  ])('%s is not taken in silence', (given, meant) => {
    expect(() => call({ [given]: 1 })).toThrow(expect.objectContaining({
      name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: `The property 'options.${given}' is no option: ${meant} is meant. Received 1`,
    }));
  });

  test('options of Node, and of whoever else shares the object, may have any name', () => {
    // Those of net, tls and http that Node's documentation names, and some of programs and frameworks.
    const others = [
      'allowHalfOpen', 'pauseOnConnect', 'noDelay', 'keepAlive', 'keepAliveInitialDelay', 'keepAliveTimeout', 'keepAliveTimeoutBuffer',
      'requestTimeout', 'connectionsCheckingInterval', 'insecureHTTPParser', 'joinDuplicateHeaders', 'maxHeaderSize', 'requireHostHeader',
      'rejectNonStandardBodyWrites', 'uniqueHeaders', 'highWaterMark', 'blockList', 'ca', 'cert', 'key', 'ciphers', 'sigalgs', 'minVersion', 'maxVersion',
      'handshakeTimeout', 'sessionTimeout', 'ticketKeys', 'rejectUnauthorized', 'requestCert', 'SNICallback', 'pskIdentityHint', 'host', 'port', 'lookup',
      'family', 'localAddress', 'timeout', 'signal', 'settings', 'origins', 'unknownProtocolTimeout', 'peerMaxConcurrentStreams', 'maxSettings',
      'maxOutstandingPings', 'maxOutstandingSettings', 'streamResetBurst', 'streamResetRate', 'paddingStrategy', 'connectTimeout', 'writeTimeout',
      'bodyTimeout', 'readTimeout', 'maxFrames', 'burst', 'rate', 'poll', 'logger', 'serverFactory', 'my-own', 'x',
    ];
    for (const name of others) {
      const values = name === 'signal' || /^(ca|cert|key|ciphers|sigalgs|.*Version|ticketKeys|pskIdentityHint|SNICallback|lookup|blockList|settings|origins)$/.test(name)
        ? [undefined] : [1];
      for (const value of values) {
        try {
          call({ [name]: value });
        } catch (error) {
          expect((error as Error).message).not.toContain('is no option');
        }
      }
    }
  });
});
