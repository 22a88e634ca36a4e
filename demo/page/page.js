import { Chart } from './chart.js';

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const about = await (await fetch('about', { cache: 'no-store' })).json();
const { columns, rows, tile } = about.picture;
const count = columns * rows;
const seconds = (value) => `${(value / 1000).toFixed(2)} s`;
const isHttp2 = about.httpVersion === '2.0';

// Browsers keep 250 entries unless they are asked for more.
performance.setResourceTimingBufferSize(4 * count);
const chart = new Chart(byId('chart'), ['HTTP/2', 'HTTP/1.1'], count);

showFacts();
showOther();
showCounters();
byId('again').addEventListener('click', fetchPictures);
fetchPictures();

function showFacts() {
  const [page] = performance.getEntriesByType('navigation');
  const names = { h2: 'HTTP/2', 'http/1.1': 'HTTP/1.1' };
  byId('protocol').textContent = names[page.nextHopProtocol] ?? (page.nextHopProtocol || 'unknown');
  const says = `the browser says ${page.nextHopProtocol || 'nothing'}, the server ${about.alpn}`;
  byId('protocol-server').textContent = about.connection ? `${says}; connection ${about.connection}` : says;
  byId('nghttp2').textContent = about.duetto.nghttp2;
  byId('patches').textContent = about.duetto.patches.length > 0 ? `patched for ${about.duetto.patches.join(', ')}` : 'as released';
  byId('node-nghttp2').textContent = about.node.nghttp2;
  byId('node').textContent = `in Node ${about.node.version}, not used here`;
}

/** Another engine, if the demo has one, is asked for the same. */
async function showOther() {
  if (about.other === undefined) {
    byId('other').textContent = 'one engine only';
    byId('other-note').textContent = 'a second one: npx duetto nghttp2 build 1.70.0, then start again';
    return;
  }
  const address = `https://${location.hostname}:${about.other.port}/`;
  byId('other').textContent = about.other.nghttp2;
  const link = Object.assign(document.createElement('a'), { href: address, textContent: 'the same page from it' });
  try {
    const begun = performance.now();
    const answer = await (await fetch(`${address}about`, { cache: 'no-store' })).json();
    byId('other').textContent = `nghttp2 ${answer.duetto.nghttp2}`;
    byId('other-note').append(`answered over HTTP/${answer.httpVersion} in ${(performance.now() - begun).toFixed(0)} ms; `, link);
  } catch {
    byId('other-note').append('its certificate is to be accepted first: ', link);
  }
}

function showCounters() {
  const events = new EventSource('events');
  events.onmessage = ({ data }) => {
    const counters = JSON.parse(data);
    for (const element of document.querySelectorAll('[data-counter]'))
      element.textContent = number.format(counters[element.dataset.counter]);
  };
}

/** The same tiles over both, one after the other, so that neither waits for the other. */
async function fetchPictures() {
  byId('again').disabled = true;
  performance.clearResourceTimings();
  chart.clear();
  const draw = { h2: picture('h2'), h1: picture('h1') };
  const http2 = isHttp2 ? await fetchPicture('h2', 'HTTP/2', new URL('.', location.href), draw.h2) : undefined;
  if (!isHttp2) byId('h2-time').textContent = 'this page came over HTTP/1.1';
  const beside = `https://${location.hostname}:${about.http1.port}/`;
  const http1 = await fetchPicture('h1', 'HTTP/1.1', beside, draw.h1);
  conclude(http2, http1, beside);
  byId('again').disabled = false;
}

/** Resolves to the milliseconds that all tiles took, and the connections; undefined if they did not come. */
async function fetchPicture(id, lane, base, draw) {
  const begun = performance.now();
  const run = Date.now();
  const connections = new Set();
  const tiles = Array.from({ length: count }, async (_, at) => {
    const url = new URL(`tile/${at % columns}/${Math.floor(at / columns)}?run=${run}`, base).href;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const body = await response.blob();
    connections.add(response.headers.get('x-connection'));
    const times = timesOf(url, begun);
    draw(at, await createImageBitmap(body));
    chart.add(lane, at, times);
    return times.end;
  });
  try {
    const milliseconds = Math.max(...await Promise.all(tiles));
    byId(`${id}-time`).textContent = seconds(milliseconds);
    return { milliseconds, connections: connections.size };
  } catch (error) {
    byId(`${id}-time`).textContent = `a tile did not come: ${error.message}`;
    return undefined;
  }
}

/** What the browser measured (Resource Timing), from the first request on. */
function timesOf(url, begun) {
  const [entry] = performance.getEntriesByName(url);
  const now = performance.now() - begun;
  // Some browsers are late with it, or have it only for pages that they trust.
  if (!entry?.requestStart) return { queued: 0, waiting: 0, arriving: now, end: now };
  const since = (time) => Math.max(0, time - begun);
  return {
    queued: since(entry.startTime), waiting: since(entry.requestStart), arriving: since(entry.responseStart), end: since(entry.responseEnd),
  };
}

function conclude(http2, http1, beside) {
  const verdict = byId('verdict');
  if (http2 !== undefined && http1 !== undefined) {
    verdict.textContent = `${count} tiles took ${seconds(http2.milliseconds)} over ` +
      `${http2.connections === 1 ? 'one HTTP/2 connection' : `${http2.connections} HTTP/2 connections`}, and ` +
      `${seconds(http1.milliseconds)} over HTTP/1.1, where a browser has six requests under way to a server and the others queue.`;
  } else if (http1 === undefined && http2 !== undefined) {
    const link = Object.assign(document.createElement('a'), { href: beside, textContent: 'accept the certificate of its port' });
    verdict.replaceChildren(`${count} tiles took ${seconds(http2.milliseconds)} over HTTP/2. For HTTP/1.1 beside it: `, link, ', then fetch again.');
  } else {
    verdict.textContent = 'The tiles did not come. Is the server still there?';
  }
}

/** Clears a canvas; gives the function that draws one tile of it. */
function picture(id) {
  byId(`${id}-time`).textContent = '…';
  const canvas = byId(`${id}-tiles`);
  canvas.width = columns * tile;
  canvas.height = rows * tile;
  const context = canvas.getContext('2d');
  context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--line');
  for (let column = 1; column < columns; column++) context.strokeRect(column * tile, -1, 0, canvas.height + 2);
  for (let row = 1; row < rows; row++) context.strokeRect(-1, row * tile, canvas.width + 2, 0);
  return (at, image) => context.drawImage(image, at % columns * tile, Math.floor(at / columns) * tile);
}
