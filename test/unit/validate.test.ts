import { pbkdf2Sync } from 'node:crypto';
import { EventEmitter, addAbortListener } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as validate from '../../lib/validate.js';
import { faceOf, thrownBy } from '../helpers/error-face.mjs';
import { oddValues } from '../helpers/odd-values.js';

type Check = (value: any) => unknown;

function outcome(check: Check, value: unknown): unknown {
  try {
    check(value);
    return 'accepted';
  } catch (error) {
    return faceOf(error);
  }
}

/** For each odd value both accept it, or both throw errors that look the same. */
function expectSameOutcomes(ours: Check, builtin: Check, { except = [] as string[] } = {}): void {
  for (const [label, value] of oddValues) {
    if (!except.includes(label)) expect([label, outcome(ours, value)]).toEqual([label, outcome(builtin, value)]);
  }
}

const optional = { except: ['undefined'] };

describe('the validators do as their twins in Node', () => {
  it('validateInteger', () => {
    expectSameOutcomes(
      (v) => validate.validateInteger(v, 'maxHeaderSize', 0),
      (v) => http.createServer({ maxHeaderSize: v }), optional);
  });

  it('validateInt32', () => {
    expectSameOutcomes(
      (v) => validate.validateInt32(v, 'iterations', 1),
      (v) => pbkdf2Sync('password', 'salt', v, 1, 'sha256'));
  });

  it('validateUint32', () => {
    const builtin: Check = (v) => http2.createServer({ maxSessionInvalidFrames: v });
    // Node 20 calls it an argument, later lines a property of the options.
    const name = /"(.+?)"/.exec(thrownBy(() => builtin('x')).message)![1]!;
    expectSameOutcomes((v) => validate.validateUint32(v, name), builtin, optional);
    expect(thrownBy(() => validate.validateUint32(0, 'n', true)).message).toContain('>= 1 && <= 4294967295');
  });

  it('validateNumber', () => {
    expectSameOutcomes(
      (v) => validate.validateNumber(v, 'setMaxListeners', 0),
      (v) => new EventEmitter().setMaxListeners(v));
    expect(thrownBy(() => validate.validateNumber(NaN, 'n', 1, 2)).message)
      .toBe('The value of "n" is out of range. It must be >= 1 && <= 2. Received NaN');
    expect(() => validate.validateNumber(NaN, 'n')).not.toThrow();
  });

  it('validateBoolean', () => {
    expectSameOutcomes(
      (v) => validate.validateBoolean(v, 'options.insecureHTTPParser'),
      (v) => http.createServer({ insecureHTTPParser: v }), optional);
  });

  it('validateString', () => {
    expectSameOutcomes((v) => validate.validateString(v, 'path'), (v) => path.join(v));
  });

  it('validateFunction', () => {
    expectSameOutcomes((v) => validate.validateFunction(v, 'original'), (v) => promisify(v));
  });

  it('validateObject', () => {
    expectSameOutcomes((v) => validate.validateObject(v, 'options'), (v) => createHistogram(v), optional);
  });

  it('validateBuffer', () => {
    const fd = fs.openSync(os.devNull, 'r');
    try {
      expectSameOutcomes((v) => validate.validateBuffer(v), (v) => fs.readSync(fd, v));
    } finally {
      fs.closeSync(fd);
    }
  });

  it('validateAbortSignal', () => {
    const builtin: Check = (v) => addAbortListener(v, () => {});
    expectSameOutcomes((v) => validate.validateAbortSignal(v, 'signal'), builtin, optional);
    expect(() => validate.validateAbortSignal(AbortSignal.abort(), 'signal')).not.toThrow();
    expect(() => validate.validateAbortSignal(undefined, 'signal')).not.toThrow();
  });

  it('assertIsObject', () => {
    expectSameOutcomes(
      (v) => validate.assertIsObject(v, 'options.settings'),
      (v) => http2.createServer({ settings: v }));
    expect(thrownBy(() => validate.assertIsObject(1, 'o', ['Object', 'Array', 'null'])).message)
      .toBe('The "o" argument must be an instance of Array or Object or null. Received type number (1)');
  });

  it('assertIsArray', () => {
    expectSameOutcomes(
      (v) => validate.assertIsArray(v, 'options.remoteCustomSettings'),
      (v) => http2.createServer({ remoteCustomSettings: v } as object));
  });

  it('assertWithinRange', () => {
    expectSameOutcomes(
      (v) => validate.assertWithinRange('headerTableSize', v, 0, 2 ** 32 - 1),
      (v) => http2.getPackedSettings({ headerTableSize: v }),
      // No string can be made of these; Node then throws another error with Error.stackTraceLimit left at 0.
      { except: ['symbol', 'bare symbol', 'object without prototype'] });
    expect(() => validate.assertWithinRange('n', undefined)).not.toThrow();
    expect(() => validate.assertWithinRange('n', NaN)).not.toThrow();
  });
});

describe('validateLinkHeaderValue', () => {
  const builtin = (link: unknown) => {
    const response = new http.ServerResponse(new http.IncomingMessage(new net.Socket()));
    const raw = vi.spyOn(response as any, '_writeRaw').mockReturnValue(true);
    response.writeEarlyHints({ link } as any);
    return /Link: (.*)\r\n/.exec(String(raw.mock.calls[0]?.[0] ?? ''))?.[1] ?? '';
  };
  const withoutLink = { except: ['undefined', 'null'] };

  it('refuses what Node refuses', () => {
    expectSameOutcomes(validate.validateLinkHeaderValue, builtin, withoutLink);
  });

  it.each([
    '</a>', '</a>; rel=preload', '</a>; rel=preload; as=style', '</a>;rel="preload"', '<>', '</a>; x',
    '</a>; a=b=c', '</a>; a="b', '</a>; a=b"', '</a>; a="b"c', '</a>;', '</a> ; a', '</a>; a ; b', ' </a>', '</a',
    '</a>; a=', '</a>; =', '</a>; a==""', '</a>; a=""""', '</a>; "a"', '<a<b>', '<a>b>',
    '</a>; title="two words"', '</a>, </b>', '</a>;;a', '',
  ])('agrees with Node about %j', (link) => {
    for (const hints of [link, [link], ['</first>', link, link]]) {
      const ours = outcome(() => validate.validateLinkHeaderValue(hints), undefined);
      expect(ours).toEqual(outcome(() => builtin(hints), undefined));
      if (ours === 'accepted') expect(validate.validateLinkHeaderValue(hints)).toBe(builtin(hints));
    }
  });

  it('lets no line break through', () => {
    expect(() => validate.validateLinkHeaderValue('</a\r\nset-cookie: b>')).toThrow(TypeError);
    expect(() => validate.validateLinkHeaderValue(['</a\n>'])).toThrow(TypeError);
  });

  it('takes linear time on a long line of parameters that ends badly', () => {
    const started = performance.now();
    expect(() => validate.validateLinkHeaderValue(`</a>${';a=b'.repeat(5_000)}"`)).toThrow(TypeError);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('gives an empty value for no hints', () => {
    expect(validate.validateLinkHeaderValue([])).toBe('');
  });
});

describe('checkIsHttpToken', () => {
  const builtin = (text: string) => outcome(() => http.validateHeaderName(text), undefined) === 'accepted';

  it('agrees with Node about every character, alone and inside a long name', () => {
    for (let code = 0; code < 0x180; code++) {
      const char = String.fromCharCode(code);
      for (const text of [char, `content-${char}-type`]) {
        expect([code, validate.checkIsHttpToken(text)]).toEqual([code, builtin(text)]);
      }
    }
  });

  it('refuses the empty string and characters beyond ASCII', () => {
    expect(validate.checkIsHttpToken('')).toBe(false);
    expect(validate.checkIsHttpToken('\u{1F600}')).toBe(false);
    expect(validate.checkIsHttpToken(':path')).toBe(false);
  });
});

describe('getTimerDuration', () => {
  afterEach(() => { vi.restoreAllMocks(); });

  it('does as socket.setTimeout', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expectSameOutcomes(
      (v) => validate.getTimerDuration(v, 'msecs'),
      (v) => new net.Socket().setTimeout(v).setTimeout(0));
  });

  it('cuts what a timer cannot take, and warns as Node does', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(validate.getTimerDuration(2 ** 31, 'msecs')).toBe(2 ** 31 - 1);
    new net.Socket().setTimeout(2 ** 31).setTimeout(0);
    expect(warn.mock.calls).toHaveLength(2);
    expect(warn.mock.calls[0]).toEqual(warn.mock.calls[1]);
  });
});
