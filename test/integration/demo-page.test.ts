// The demo's page in a browser: both protocols are measured and drawn, and a phone shows the comparison without scrolling.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, find, start } from '../helpers/child.ts';

const browser = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => find(name)).find(Boolean);
const lacking = browser ? '' : 'there is no Chromium (Debian: chromium)';

/** A phone of these years, less what its browser shows around the page. */
const PHONE = { width: 390, height: 664 };

let child: Child;
let chromium: ChildProcess;
let profile: string;
let call: (method: string, params?: object) => Promise<any>;
const value = async (expression: string) => (await call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })).result.value;

describe.skipIf(lacking)(`the page of the demo ${lacking}`, () => {
  beforeAll(async () => {
    child = start(process.execPath, ['demo/main.mjs', '--port', '0']);
    const [, url] = await child.printed(/Open (https:\S+)\/ in a browser/);
    profile = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-chromium-'));
    // The DevTools protocol over two pipes: messages of JSON, each with a zero behind it.
    chromium = spawn(browser!, ['--headless=new', '--no-sandbox', '--disable-gpu', '--ignore-certificate-errors', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , to, from] = chromium.stdio as unknown as [null, null, null, Writable, Readable];
    const waiting = new Map<number, (result: any) => void>();
    let text = '';
    from.setEncoding('utf8').on('data', (part: string) => {
      const messages = (text + part).split('\0');
      text = messages.pop()!;
      for (const { id, result } of messages.map((message) => JSON.parse(message))) waiting.get(id)?.(result);
    });
    let last = 0;
    const send = (message: object) => new Promise<any>((resolve) => {
      waiting.set(++last, resolve);
      to.write(`${JSON.stringify({ id: last, ...message })}\0`);
    });
    const { targetInfos } = await send({ method: 'Target.getTargets' });
    const { targetId } = targetInfos.find(({ type }: { type: string }) => type === 'page');
    const { sessionId } = await send({ method: 'Target.attachToTarget', params: { targetId, flatten: true } });
    call = (method, params = {}) => send({ method, params, sessionId });
    await call('Emulation.setDeviceMetricsOverride', { ...PHONE, deviceScaleFactor: 2, mobile: true });
    await call('Page.enable');
    await call('Page.navigate', { url });
    // The button is off while tiles are fetched.
    await value(`new Promise((resolve) => {
      const look = () => {
        const [time, button] = ['h1-time', 'again'].map((id) => document.getElementById(id));
        if (/\\d s$/.test(time?.textContent) && !button.disabled) resolve();
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    })`);
  }, 90_000);
  afterAll(async () => {
    chromium?.kill();
    if (chromium && chromium.exitCode === null && chromium.signalCode === null) await once(chromium, 'close');
    child?.process.kill('SIGINT');
    await child?.ended;
    if (profile) fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  test('has fetched all over both, by the browser\'s own measure', async () => {
    const entries = await value(`performance.getEntriesByType('resource').filter(({ name }) => name.includes('/tile/'))
      .map(({ nextHopProtocol, requestStart, responseStart }) => [nextHopProtocol, requestStart > 0 && responseStart > 0])`);
    expect(entries.filter(([protocol, measured]: [string, boolean]) => protocol === 'h2' && measured)).toHaveLength(192);
    expect(entries.filter(([protocol, measured]: [string, boolean]) => protocol === 'http/1.1' && measured)).toHaveLength(192);
    expect(await value("document.getElementById('verdict').textContent"))
      .toMatch(/^192 tiles took [\d.]+ s over one HTTP\/2 connection, and [\d.]+ s over HTTP\/1\.1/);
  });

  test('shows pictures, chart and legend on a phone at once', async () => {
    expect(await value('scrollY')).toBe(0);
    expect(await value("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PHONE.width);
    for (const what of ['#verdict', '#h2-tiles', '#h1-tiles', '#chart', '.legend']) {
      expect(await value(`document.querySelector('${what}').getBoundingClientRect().bottom`), what).toBeLessThanOrEqual(PHONE.height);
    }
  });

  test('tells queued, waiting and arriving apart', async () => {
    const colours = await value(`['queued', 'waiting', 'arriving'].map((name) => getComputedStyle(document.querySelector('.legend .' + name)).backgroundColor)`);
    expect(new Set(colours).size).toBe(3);
    const drawn = await value(`(() => { const { width, height } = chart; const { data } = chart.getContext('2d').getImageData(0, 0, width, height);
      const seen = {}; for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) { const key = 'rgb(' + data[at] + ', ' + data[at + 1] + ', ' + data[at + 2] + ')'; seen[key] = (seen[key] ?? 0) + 1; } return seen; })()`);
    for (const colour of colours) expect(drawn[colour], colour).toBeGreaterThan(50);
  });
});
