// What the demo serves, by way of the compatibility API: the same handler answers HTTP/2 and HTTP/1.

import { readFileSync } from 'node:fs';
import { COLUMNS, ROWS, TILE, delayOf, tile } from './tiles.mjs';

/** Milliseconds between two looks at the counters. */
const TICK = 200;

const files = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/style.css', ['style.css', 'text/css; charset=utf-8']],
  ['/page.js', ['page.js', 'text/javascript; charset=utf-8']],
  ['/chart.js', ['chart.js', 'text/javascript; charset=utf-8']],
].map(([path, [name, type]]) => [path, { type, body: readFileSync(new URL(`page/${name}`, import.meta.url)) }]));

/** The page asks the demo's other ports too, and looks at how long their answers took. */
const OPEN = {
  'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-connection, x-delay, x-stream', 'timing-allow-origin': '*',
};

export class Site {
  #counters;
  #nghttp2;
  #places;
  #watchers = new Set();

  /**
   * @param nghttp2 of the engine that answers
   * @param places what /about says of the demo's other ports
   */
  constructor(counters, nghttp2, places = {}) {
    this.#counters = counters;
    this.#nghttp2 = nghttp2;
    this.#places = places;
  }

  handle = (request, response) => {
    const { pathname } = new URL(request.url, 'https://demo');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      this.#send(response, 405, 'text/plain; charset=utf-8', 'Only GET and HEAD.\n');
      return;
    }
    const file = files.get(pathname);
    const place = /^\/tile\/(\d+)\/(\d+)$/.exec(pathname);
    if (file !== undefined) this.#send(response, 200, file.type, file.body);
    else if (pathname === '/about') this.#about(request, response);
    else if (pathname === '/events') this.#watch(request, response);
    else if (place && place[1] < COLUMNS && place[2] < ROWS) this.#tile(request, response, +place[1], +place[2]);
    else this.#send(response, 404, 'text/plain; charset=utf-8', 'There is nothing here.\n');
  };

  /** Ends what would otherwise go on for ever. */
  close() {
    for (const watcher of this.#watchers) watcher.end();
  }

  #send(response, status, type, body) {
    response.writeHead(status, {
      'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store', ...OPEN,
    });
    this.#counters.bytes += Buffer.byteLength(body);
    response.end(body);
  }

  #about(request, response) {
    this.#send(response, 200, 'application/json', JSON.stringify({
      httpVersion: request.httpVersion,
      alpn: request.stream?.session?.alpnProtocol ?? request.socket.alpnProtocol,
      cipher: request.socket.getCipher?.().standardName,
      connection: this.#counters.connectionOf(request),
      stream: request.stream?.id ?? null,
      duetto: { nghttp2: this.#nghttp2.version, patches: this.#nghttp2.patches },
      node: { version: process.version, nghttp2: process.versions.nghttp2 },
      picture: { columns: COLUMNS, rows: ROWS, tile: TILE },
      ...this.#places,
    }));
  }

  #tile(request, response, column, row) {
    const timer = setTimeout(() => {
      response.setHeader('x-connection', this.#counters.connectionOf(request));
      response.setHeader('x-stream', request.stream?.id ?? 0);
      response.setHeader('x-delay', delayOf(column, row));
      this.#send(response, 200, 'image/png', tile(column, row));
    }, delayOf(column, row));
    response.once('close', () => clearTimeout(timer));
  }

  #watch(request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    let last = '';
    const tell = () => {
      const now = JSON.stringify(this.#counters);
      if (now === last) return;
      last = now;
      response.write(`data: ${now}\n\n`);
    };
    tell();
    const timer = setInterval(tell, TICK);
    this.#watchers.add(response);
    response.once('close', () => {
      clearInterval(timer);
      this.#watchers.delete(response);
    });
  }
}
