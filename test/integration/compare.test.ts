// npx duetto nghttp2 compare: it finds what is known to differ, and nothing where there is nothing.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { project } from '../helpers/child.ts';
import { main, minor, plainEnvironment, usable } from '../helpers/engines.ts';

/** The documented changes lie between these two: the oldest engine here and the newest. */
const ids = usable.filter((id) => !id.includes('-user-'));
const [old, recent] = [ids.find((id) => minor(id) < 65), ids.findLast((id) => minor(id) >= 67)];
const pair = old && recent ? [old, recent] : [];
const missing = pair.length ? '' : 'there is no pair of an engine before 1.65 and one from 1.67 on';

let folder: string;
beforeAll(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-compare-test-')); });
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Difference {
  name: string;
  change: string;
  known: { since: string }[];
  outcome?: { a: string; b: string };
  lanes: { lane: string; a: string[]; b: string[] }[];
}

interface Report {
  complete: boolean;
  verdict: string;
  played: number;
  api: { added: string[]; removed: string[] };
  differences: Difference[];
  conformance: { title: string; rfc: { a: { grade: string }; b: { grade: string } } }[];
  scripts: { differs: boolean; seen: { a: string[] } }[];
  bench: { name: string; verdict: string; ratio: { low: number; median: number; high: number } }[];
}

function start(args: string[]) {
  const files = { json: path.join(folder, `${Math.random()}.json`), markdown: path.join(folder, `${Math.random()}.md`) };
  const child = spawn(process.execPath,
    [path.join(project, 'cli/main.mjs'), 'nghttp2', 'compare', ...args, '--json', files.json, '--markdown', files.markdown],
    { env: plainEnvironment(), cwd: folder });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = once(child, 'close').then(([code]) => ({
    code,
    out,
    err,
    report: fs.existsSync(files.json) ? JSON.parse(fs.readFileSync(files.json, 'utf8')) as Report : undefined,
    markdown: fs.existsSync(files.markdown) ? fs.readFileSync(files.markdown, 'utf8') : '',
  }));
  return { child, ended };
}

const compare = (...args: string[]) => start(args).ended;

describe.skipIf(missing)(`compare ${pair.join(' ')} ${missing}`, () => {
  const byName = (report: Report, name: string) => report.differences.find((difference) => difference.name === name);

  test('finds that priorities are gone, on the wire and in events', async () => {
    const { report, code, markdown } = await compare(...pair, '--only', 'priorities/');
    expect(code).toBe(0);
    const sent = byName(report!, 'priorities/of-requests')!.lanes.find(({ lane }) => lane === 'frames sent by the client')!;
    expect(sent.a.join()).toContain('HEADERS stream=1 parent=0 weight=200');
    expect(sent.b.join()).not.toContain('weight=');
    expect(byName(report!, 'priorities/changed')!.lanes[0]!.a).toContain('PRIORITY stream=1 parent=0 weight=100');
    expect(byName(report!, 'priorities/received')!.known[0]!.since).toBe('1.65.0');
    expect(markdown).toContain('RFC 7540 priorities were removed');
  });

  test('finds errors of a stream that end the connection now, and one RST_STREAM less', async () => {
    const { report, markdown, out } = await compare(...pair, '--only', 'resets/');
    expect(byName(report!, 'resets/window-data')).toMatchObject({
      change: 'ends the connection now', outcome: { a: 'stream FLOW_CONTROL_ERROR', b: 'connection FLOW_CONTROL_ERROR' },
    });
    const twice = byName(report!, 'resets/closed-by-server-then-reset')!.lanes[0]!;
    expect([twice.a, twice.b].map((lines) => lines.filter((line) => line.startsWith('RST_STREAM stream=1 ')).length)).toEqual([1, 0]);
    // What both do alike is not reported.
    expect(byName(report!, 'resets/data-after-end')).toBeUndefined();
    expect(report!.verdict).toMatch(/end the connection where they did not before.*read the report before you ship it\.$/);
    expect(out.trim().split('\n').at(-1)).toBe(report!.verdict);
    expect(markdown).toContain('+ GOAWAY FLOW_CONTROL_ERROR');
  });

  test('finds the limit for glitches', async () => {
    const { report } = await compare(...pair, '--only', 'limits/unknown-frames', '--only', 'limits/continuations');
    expect(report!.played).toBe(3);
    expect(report!.differences.map(({ name }) => name)).toEqual(['limits/unknown-frames']);
    expect(report!.differences[0]!.lanes[0]!.b[0]).toMatch(/^GOAWAY with code 11 after 10000/);
  });

  test('says what the library declares, and what conforms', async () => {
    const { report } = await compare(...pair, '--only', 'conformance');
    expect(report!.api.added).toContain('nghttp2_option_set_glitch_rate_limit()');
    expect(report!.api.removed).toEqual([]);
    expect(report!.conformance.length).toBeGreaterThan(60);
    const asAsked = report!.conformance.filter(({ rfc }) => rfc.b.grade === 'as the RFC asks');
    expect(asAsked.length).toBeGreaterThan(55);
  });

  test('an engine against itself: no difference', async () => {
    const { report, code } = await compare(pair[0]!, pair[0]!, '--only', 'behaviour', '--only', 'defaults', '--exit-code');
    expect(report!.differences.map(({ name, lanes }) => ({ name, lanes }))).toEqual([]);
    expect(report!.played).toBeGreaterThan(100);
    expect(code).toBe(0);
  }, 60_000);

  test('scripts of the user\'s, CommonJS or not: output, events and frames', async () => {
    const script = (name: string, text: string): string => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text);
      return file;
    };
    const talk = `const server = http2.createServer((request, response) => response.end('hi')).listen(0, '127.0.0.1', () => {
      const client = http2.connect('http://127.0.0.1:' + server.address().port);
      const stream = client.request({ ':path': '/' }, options);
      stream.resume().on('close', () => { console.log('done'); client.close(); server.close(); });
    });`;
    const weighted = script('weighted.js', `const http2 = require('node:http2'); const options = { weight: 42 }; ${talk}`);
    const plain = script('plain.mjs', `import * as http2 from 'http2'; const options = {}; ${talk}`);
    const { report, code } = await compare(...pair, '--only', 'scripts', '--script', weighted, '--script', plain, '--exit-code');
    expect(code).toBe(1);
    expect(report!.scripts.map(({ differs }) => differs)).toEqual([true, false]);
    expect(report!.scripts[1]!.seen.a).toEqual(expect.arrayContaining([
      'frames sent by the client', 'frames sent by the server', 'events of the client\'s stream 1', 'standard output', 'how it ended',
    ]));
    const sent = report!.differences[0]!.lanes.find(({ lane }) => lane === 'frames sent by the client')!;
    expect(sent.a.join()).toContain('weight=42');
  });

  test('Ctrl-C leaves what was found so far', async () => {
    const { child, ended } = start([...pair, '--no-bench']);
    // The priorities come first; by then something was found.
    for await (const text of child.stderr) if (/[1-9]\d*\/\d+: behaviour/.test(String(text))) break;
    child.kill('SIGINT');
    const { code, report, out } = await ended;
    expect(code).toBe(130);
    expect(report!.complete).toBe(false);
    expect(report!.played).toBeGreaterThan(0);
    expect(out).toContain('(stopped before the end)');
  });

  test('the bench on both, with the spread', async () => {
    const { report } = await compare(...pair, '--only', 'bench/small-1x100', '--only', 'bench/idle-rss', '--quick');
    expect(report!.bench.map(({ name }) => name)).toEqual(['small-1x100', 'idle-rss']);
    for (const { ratio: { low, median, high } } of report!.bench) {
      expect(low).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(median);
    }
  }, 60_000);
});

describe('compare refuses', () => {
  test('engines that are not here, scripts that are not there, and one engine alone', async () => {
    expect((await compare('1.1.1', '1.2.2')).err).toContain('no engine with nghttp2 1.1.1');
    expect(await compare('1.64.0')).toMatchObject({ code: 2, err: expect.stringContaining('compare takes two engines, not 1') });
    const { id } = main.engines().find(({ active }) => active)!;
    expect((await compare(id, id, '--script', 'nowhere.js')).err).toMatch(/the script .*nowhere\.js is not there/);
    expect((await compare(id, id, '--only', 'nothing-like-this')).err).toContain('nothing is called nothing-like-this');
  });
});
