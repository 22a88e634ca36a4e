// The parts of `duetto nghttp2 compare` that need no engine to play on.

import { describe, expect, test } from 'vitest';
import { compareApi, compareSecurity } from '../../cli/nghttp2/compare/api.mjs';
import * as frames from '../../cli/frames.mjs';
import { diffLines, differingLanes, lanesOf } from '../../cli/nghttp2/compare/lanes.mjs';
import { excerpt } from '../../cli/nghttp2/compare/markdown.mjs';
import { Progress } from '../../cli/nghttp2/compare/progress.mjs';
import { verdictOf } from '../../cli/nghttp2/compare/verdict.mjs';
import { decode, linesOf, outcomeOf } from '../../cli/nghttp2/compare/wire.mjs';
import { missingFixes } from '../../cli/nghttp2/security.mjs';
import { declaredApi } from '../../deps/lib/engine.mjs';
import { compareVersions, newestVersion } from '../../deps/lib/manifest.mjs';

const { block, Flag, frame, headers, settings, settingsAck, Type, uint32 } = frames;

const connection = (role: string, ...chunks: [string, Buffer][]) =>
  ({ role, chunks: chunks.map(([direction, bytes]) => [direction, bytes.toString('base64')]) });

const sentBy = (role: string, ...chunks: Buffer[]) =>
  linesOf(decode(connection(role, ...chunks.map((bytes): [string, Buffer] => ['sent', bytes]))).sent);

describe('frames as they are shown', () => {
  test('the preface of a client is no frame', () => {
    expect(sentBy('client', frames.preface, settings([4, 70000], [0xabc, 1]))).toEqual(['SETTINGS { INITIAL_WINDOW_SIZE=70000, 0xabc=1 }']);
  });

  test('frames cut anywhere, and one that is not whole', () => {
    const bytes = Buffer.concat([headers(1, { ':status': '200' }), frames.data(1, 'hello', Flag.EndStream), frames.data(3, 'x')]);
    const cuts = Array.from({ length: bytes.length - 1 }, (_, i) => bytes.subarray(i, i + 1));
    expect(sentBy('server', ...cuts)).toEqual([
      'HEADERS stream=1 END_STREAM { :status: 200 }', 'DATA stream=1 length=5 END_STREAM',
    ]);
  });

  test('priority, padding and CONTINUATION of a header block', () => {
    const fields = block({ ':status': '200', 'x-a': 'b' });
    const padded = Buffer.concat([Buffer.from([2]), uint32(0x80000003), Buffer.from([9]), fields.subarray(0, 5), Buffer.alloc(2)]);
    expect(sentBy('server',
      frame(Type.Headers, Flag.Padded | Flag.Priority, 5, padded),
      frame(Type.Continuation, Flag.EndHeaders, 5, fields.subarray(5)),
    )).toEqual(['HEADERS stream=5 parent=3 exclusive weight=10 padding=2 CONTINUATION×1 { :status: 200, x-a: b }']);
  });

  test('HPACK goes on from block to block, and takes over another table size with the acknowledgement', () => {
    // A literal with incremental indexing (RFC 7541, section 6.2.1), then its index.
    const indexed = Buffer.concat([Buffer.from([0x40, 3]), Buffer.from('x-a'), Buffer.from([1]), Buffer.from('b')]);
    const again = Buffer.from([0x80 | 62]);
    const made = connection('server',
      ['sent', headers(1, indexed)], ['sent', headers(3, again)],
      // The client allows no table; after the acknowledgement the writer says so first, and the old entry is gone.
      ['received', Buffer.concat([frames.preface, settings([1, 0])])],
      ['sent', settingsAck], ['sent', headers(5, Buffer.concat([Buffer.from([0x20]), again]))]);
    expect(linesOf(decode(made).sent)).toEqual([
      'HEADERS stream=1 END_STREAM { x-a: b }', 'HEADERS stream=3 END_STREAM { x-a: b }', 'SETTINGS ACK',
      expect.stringMatching(/^HEADERS stream=5 END_STREAM block that cannot be read \(-523\)$/),
    ]);
  });

  test('errors by their names, and what GOAWAY has to say', () => {
    const goaway = frame(Type.Goaway, 0, 0, Buffer.concat([uint32(7), uint32(11), Buffer.from('calm')]));
    expect(sentBy('server', frames.reset(3, 8), goaway)).toEqual(['RST_STREAM stream=3 CANCEL', 'GOAWAY ENHANCE_YOUR_CALM last=7 "calm"']);
  });

  test('many alike are counted', () => {
    const many = Array.from({ length: 50 }, (_, i) => frames.reset(2 * i + 1, 1));
    expect(sentBy('server', ...many)).toEqual(['RST_STREAM stream=1 PROTOCOL_ERROR and 49 more like it']);
  });

  test('what differs from run to run is not shown', () => {
    expect(sentBy('server', headers(1, { date: 'Mon, 01 Jan 2024 00:00:00 GMT', ':authority': 'localhost:4711' })))
      .toEqual(['HEADERS stream=1 END_STREAM { date: (date), :authority: localhost:PORT }']);
  });

  test('what the answers come to', () => {
    const outcome = (...bytes: Buffer[]) => outcomeOf(decode(connection('server', ...bytes.map((one): [string, Buffer] => ['sent', one]))).sent);
    const goaway = (code: number) => frame(Type.Goaway, 0, 0, Buffer.concat([uint32(0), uint32(code)]));
    expect(outcome(frames.reset(1, 0), goaway(0))).toEqual({ scope: 'nothing', code: undefined });
    expect(outcome(frames.reset(1, 3))).toEqual({ scope: 'stream', code: 'FLOW_CONTROL_ERROR' });
    expect(outcome(frames.reset(1, 3), goaway(1))).toEqual({ scope: 'connection', code: 'PROTOCOL_ERROR' });
  });
});

describe('what differs', () => {
  const run = (lanes: Record<string, string[]>) => ({ lanes });

  test('a lane in which no run of one is like any run of the other', () => {
    const [one] = differingLanes([run({ x: ['a', 'b'], y: ['1'] })], [run({ x: ['a', 'c'], y: ['1'] })]);
    expect(one).toMatchObject({ lane: 'x', steady: true, diff: [[' ', 'a'], ['-', 'b'], ['+', 'c']] });
  });

  test('not what differs by chance', () => {
    const a = [run({ x: ['a'] }), run({ x: ['b'] })];
    expect(differingLanes(a, [run({ x: ['b'] }), run({ x: ['c'] })])).toEqual([]);
    expect(differingLanes(a, [run({ x: ['c'] }), run({ x: ['c'] })])).toMatchObject([{ lane: 'x', steady: false }]);
  });

  test('a lane that one of them does not have', () => {
    expect(differingLanes([run({ x: ['a'] })], [run({})])).toMatchObject([{ lane: 'x', a: ['a'], b: [] }]);
  });

  test('streams of the same name are told apart, and our own pings are left out', () => {
    const object = { kind: 'stream', id: 1, owner: { role: 'server', number: 1 }, lost: 0 };
    const { lanes } = lanesOf({
      connections: [], notes: [['note', 'n']],
      objects: [{ ...object, events: [['close', '']] }, { ...object, events: [['ping', '<settled!>'], ['data', '5']] }],
    });
    expect(lanes).toEqual({ 'events of the server\'s stream 1': ['close'], 'events of the server\'s stream 1 (2)': ['data: 5'], note: ['n'] });
  });

  test('the lines of a diff in order, and its excerpt', () => {
    const diff = diffLines(['1', '2', '3', '4', '5', '6'], ['1', '2', '3', 'x', '5', '6']);
    expect(diff.map(([sign]: [string]) => sign).join('')).toBe('   -+  ');
    expect(excerpt(diff)).toEqual(['  3', '- 4', '+ x', '  5']);
  });
});

describe('the verdict', () => {
  const report = {
    a: { id: '1.64.0' }, b: { id: '1.70.0' }, complete: true, played: 10, differences: [] as object[],
    security: { fixed: [] as string[], lost: [] as string[] }, bench: [] as object[],
  };

  test.each([
    [{}, '1.64.0 to 1.70.0: no difference in behaviour: nothing speaks against it.'],
    [{ complete: false }, '1.64.0 to 1.70.0 (stopped before the end): no difference in behaviour: nothing speaks against it.'],
    [{ differences: [{ change: 'other frames' }] }, '1.64.0 to 1.70.0: 1 difference in 10 scenarios: look at the differences before you ship it.'],
    [{ differences: [{ change: 'ends the connection now' }] },
      '1.64.0 to 1.70.0: 1 difference in 10 scenarios, 1 of them end the connection where they did not before: read the report before you ship it.'],
    [{ security: { fixed: [], lost: ['CVE-1'] } }, '1.64.0 to 1.70.0: no difference in behaviour; LACKS CVE-1: do not ship it.'],
    [{ bench: [{ name: 'download', ratio: { median: 0.9 }, verdict: 'worse' }] },
      '1.64.0 to 1.70.0: no difference in behaviour; download -10% (worse): look at the differences before you ship it.'],
  ])('%j', (more, words) => {
    expect(verdictOf({ ...report, ...more })).toBe(words);
  });
});

describe('what is known of a version', () => {
  const manifest = { security: { asOf: '2026-01-01', fixes: [
    { cve: 'CVE-2020-0001', fixedIn: '1.10.0', title: 'old' },
    { cve: 'CVE-2020-0002', since: '1.20.0', fixedIn: '1.30.0', patchedBy: ['fix-2'], title: 'new' },
    { cve: 'CVE-2020-0003', library: false, fixedIn: '9.0.0', title: 'in a program beside the library' },
  ] } };
  const missing = (version: string, patches: string[] = []) => missingFixes(manifest, { version, patches }).map(({ cve }: { cve: string }) => cve);

  test('flaws from when they came to when they were fixed, or patched', () => {
    expect(missing('1.9.0')).toEqual(['CVE-2020-0001']);
    expect(missing('1.10.0')).toEqual([]);
    expect(missing('1.20.0')).toEqual(['CVE-2020-0002']);
    expect(missing('1.29.9-DEV')).toEqual(['CVE-2020-0002']);
    expect(missing('1.25.0', ['fix-2'])).toEqual([]);
    expect(missing('1.30.0')).toEqual([]);
  });

  test('versions are compared by their numbers', () => {
    expect(compareVersions('1.9.0', '1.10.0')).toBeLessThan(0);
    expect(newestVersion({ versions: [{ version: '1.9.0' }, { version: '1.10.0' }, { version: '1.2.0' }] })).toBe('1.10.0');
  });

  test('what nghttp2.h declares', () => {
    expect(declaredApi(`
      /* NGHTTP2_EXTERN int nghttp2_in_a_comment(int x); */
      NGHTTP2_EXTERN nghttp2_ssize
      nghttp2_session_mem_recv2(nghttp2_session *session, const uint8_t *in);
      NGHTTP2_EXTERN int nghttp2_one(void); NGHTTP2_EXTERN const char *nghttp2_two(int);
      int nghttp2_not_exported(void);
      enum { NGHTTP2_ERR_A = -501, NGHTTP2_B = 0x0b };
      #define NGHTTP2_C 3
    `)).toEqual(['NGHTTP2_B = 11', 'NGHTTP2_C = 3', 'NGHTTP2_ERR_A = -501', 'nghttp2_one()', 'nghttp2_session_mem_recv2()', 'nghttp2_two()']);
  });

  test('what two of them declare, and which fixes they lack', () => {
    const a = { api: ['A = 1', 'f()', 'g()'], missing: [{ cve: 'X' }, { cve: 'Y' }] };
    const b = { api: ['A = 2', 'g()', 'h()'], missing: [{ cve: 'Y' }] };
    expect(compareApi([a, b])).toEqual({ added: ['h()'], removed: ['f()'], changed: [{ name: 'A', a: '1', b: '2' }] });
    expect(compareSecurity([a, b])).toEqual({ fixed: ['X'], lost: [], missing: { a: ['X', 'Y'], b: ['Y'] } });
  });
});

describe('progress', () => {
  test('a bar with what is running, on a terminal', () => {
    const written: string[] = [];
    const progress = new Progress(4, { isTTY: true, columns: 60, write: (text: string) => written.push(text) });
    progress.step(2);
    progress.now('behaviour: something with a long title that does not fit the line');
    const line = written[0]!.replace('\r\x1b[K', '');
    expect(line).toMatch(/^\[={12} {12}\] 2\/4 behaviour: something/);
    expect(line.length).toBeLessThan(60);
  });

  test('a line now and then where there is none', () => {
    const written: string[] = [];
    const progress = new Progress(100, { isTTY: false, write: (text: string) => written.push(text) });
    for (let i = 0; i < 100; i++) {
      progress.now(`number ${i}`);
      progress.step();
    }
    expect(written).toHaveLength(10);
  });
});
