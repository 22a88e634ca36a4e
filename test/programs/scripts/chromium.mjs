import { existsSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { chromium } from 'playwright-core';
import { cert, key, listen, program, skip } from '../program.mjs';

const executablePath = process.env.DUETTO_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) skip(`there is no Chromium at ${executablePath} (DUETTO_CHROMIUM names another)`);

const page = `<!doctype html><meta charset="utf-8"><title>duetto</title><link rel="icon" href="data:,"><h1>duetto</h1>`;

const server = createSecureServer({ key, cert }, async (request, response) => {
  const { pathname } = new URL(request.url, 'https://localhost');
  if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  } else if (pathname.startsWith('/item/')) {
    response.setHeader('cache-control', 'no-store');
    response.end(pathname.slice(6));
  } else if (pathname === '/upload') {
    let length = 0;
    for await (const chunk of request) length += chunk.length;
    response.end(String(length));
  } else if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (let number = 1; number <= 5; number++) {
      response.write(`id: ${number}\ndata: event ${number}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.on('close', () => closed.push('events'));
  } else {
    response.writeHead(404).end();
  }
});
const closed = [];
const origin = `https://localhost:${await listen(server)}`;

const browser = await chromium.launch({
  executablePath, headless: true,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--ignore-certificate-errors'],
});
const tab = await browser.newPage({ ignoreHTTPSErrors: true });

await program({
  'the page': async () => {
    const response = await tab.goto(`${origin}/`);
    return [response.status(), await tab.title(), await tab.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol)];
  },
  '100 fetches at a time': () => tab.evaluate(async () => {
    const bodies = await Promise.all(Array.from({ length: 100 }, async (_, i) => (await fetch(`/item/${i}`)).text()));
    const protocols = new Set(performance.getEntriesByType('resource').map((entry) => entry.nextHopProtocol));
    return [bodies.every((body, i) => body === String(i)), [...protocols]];
  }),
  'an upload': () => tab.evaluate(async () => (await fetch('/upload', { method: 'POST', body: new Blob([new Uint8Array(5_000_000)]) })).text()),
  'server-sent events': async () => {
    const seen = await tab.evaluate(() => new Promise((resolve, reject) => {
      const events = new EventSource('/events');
      const seen = [];
      events.onmessage = ({ data, lastEventId }) => {
        seen.push([lastEventId, data]);
        if (seen.length < 5) return;
        events.close();
        resolve(seen);
      };
      events.onerror = reject;
    }));
    for (let i = 0; i < 100 && closed.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    return [seen, closed];
  },
  'a fetch that is aborted': () => tab.evaluate(async () => {
    const controller = new AbortController();
    const answer = fetch('/events', { signal: controller.signal }).then((response) => response.text()).catch((error) => error.name);
    setTimeout(() => controller.abort(), 50);
    return [await answer, await (await fetch('/item/after')).text()];
  }),
  'missing': () => tab.evaluate(async () => (await fetch('/missing')).status),
  'close': async () => {
    await browser.close();
    server.close();
    setTimeout(() => process.exit(), 200).unref();
  },
});
