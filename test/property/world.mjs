// Programs made at random: each step calls one public method of one object, from inside whatever handler runs next. A
// scenario is plain data, so that a failing one can be made smaller and kept.
import { Duplex } from 'node:stream';
import { createRequire } from 'node:module';

const duetto = createRequire(import.meta.url)('../../dist/index.js');
const ignore = () => {};
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/** What a handler of a scenario throws on purpose. */
class OnPurpose extends Error {}

/** What a program may be told for calling something at the wrong time, or with the wrong thing. */
function isAnswer(error) {
  return error instanceof OnPurpose || (error instanceof Error && typeof error.code === 'string' && /^(ERR_|E[A-Z]+$|ABORT_ERR)/.test(error.code));
}

const SIZES = [0, 1, 100, 5000, 70_000];
const CODES = [0, 1, 2, 5, 7, 8, 11, 0xff];

/** Methods by the kind of object: (object, number, world) => anything. */
export const methods = {
  stream: {
    write: (s, n, w) => s.write(Buffer.alloc(SIZES[n % 5]), w.once('write')),
    end: (s, n, w) => s.end(n % 2 ? Buffer.alloc(SIZES[n % 5]) : undefined, w.atMostOnce('end')),
    close: (s, n, w) => s.close(CODES[n % 8], n % 3 ? undefined : w.atMostOnce('close')),
    destroy: (s, n) => s.destroy(n % 2 ? new OnPurpose() : undefined),
    pause: (s) => s.pause(),
    resume: (s) => s.resume(),
    read: (s, n) => s.read(n % 2 ? n : undefined),
    setEncoding: (s) => s.setEncoding('utf8'),
    unpipe: (s) => s.unpipe(),
    cork: (s) => s.cork(),
    uncork: (s) => s.uncork(),
    priority: (s, n) => s.priority({ weight: 1 + n % 256, parent: n % 5, exclusive: n % 2 === 0, silent: n % 3 === 0 }),
    setTimeout: (s, n) => s.setTimeout(n % 3, ignore),
    sendTrailers: (s) => s.sendTrailers({ t: 'u' }),
    respond: (s, n) => s.respond?.({ ':status': [200, 204, 304, 404][n % 4] }, { endStream: n % 3 === 0, waitForTrailers: n % 2 === 0 }),
    respondWithFile: (s, n) => s.respondWithFile?.(n % 4 ? new URL(import.meta.url).pathname : '/nowhere', {}, n % 3 ? {} : { offset: 5, length: n }),
    additionalHeaders: (s, n) => s.additionalHeaders?.({ ':status': 103 + n % 2 * 5 }),
    pushStream: (s, n, w) => s.pushStream?.({ ':path': '/p' }, (error, push) => { if (!error) w.add('stream', push); w.step(); }),
    iterate: async (s) => { try { for await (const chunk of s) if (chunk.length > 3000) break; } catch {} },
    look: (s) => [s.id, s.state, s.rstCode, s.aborted, s.pending, s.closed, s.bufferSize, s.sentHeaders, s.sentTrailers, s.endAfterHeaders, s.scheme],
    throw: () => { throw new OnPurpose(); },
  },
  session: {
    request: (s, n, w) => s.request && w.add('stream', s.request({ ':path': `/${n}`, ':method': n % 2 ? 'POST' : 'GET' }, { endStream: n % 3 === 0, waitForTrailers: n % 5 === 0, ...(n % 7 === 0 ? { signal: AbortSignal.abort() } : {}) })),
    close: (s, n, w) => s.close(n % 2 ? undefined : w.atMostOnce('session close')),
    destroy: (s, n) => s.destroy(n % 3 === 0 ? new OnPurpose() : undefined, n % 2 ? CODES[n % 8] : undefined),
    goaway: (s, n) => s.goaway(CODES[n % 8], n % 3, n % 2 ? Buffer.from('bye') : undefined),
    ping: (s, n, w) => s.ping(w.once('ping')),
    settings: (s, n, w) => s.settings([{}, { initialWindowSize: 100 * n }, { maxFrameSize: 16384 + n }, { headerTableSize: n }, { maxConcurrentStreams: n % 4 }, { enablePush: false }][n % 6], w.atMostOnce('settings')),
    setTimeout: (s, n) => s.setTimeout(n % 3, ignore),
    setLocalWindowSize: (s, n) => s.setLocalWindowSize([0, 100, 65_535, 2 ** 20, 2 ** 31 - 1][n % 5]),
    setNextStreamID: (s, n) => s.setNextStreamID(n * 2 + 1),
    altsvc: (s, n) => s.altsvc?.('h2=":1"', n % 2 ? 'https://a.example' : n + 1),
    origin: (s) => s.origin?.('https://a.example'),
    ref: (s) => s.ref(),
    unref: (s) => s.unref(),
    look: (s) => [s.state, s.localSettings, s.remoteSettings, s.originSet, s.socket?.destroyed, s.pendingSettingsAck, s.alpnProtocol, s.encrypted, s.stats()],
    destroySocket: (s) => s.socket?.destroy(),
    throw: () => { throw new OnPurpose(); },
  },
  response: {
    writeHead: (r, n) => r.writeHead(200 + n % 3, { a: 'b' }),
    write: (r, n, w) => r.write(Buffer.alloc(SIZES[n % 5]), w.atMostOnce('response write')),
    end: (r, n, w) => r.end(n % 2 ? 'x' : undefined, w.atMostOnce('response end')),
    setHeader: (r) => r.setHeader('x', 'y'),
    setTrailer: (r) => r.setTrailer('t', 'u'),
    addTrailers: (r) => r.addTrailers({ v: 'w' }),
    flushHeaders: (r) => r.flushHeaders(),
    destroy: (r, n) => r.destroy(n % 2 ? new OnPurpose() : undefined),
    writeContinue: (r) => r.writeContinue(),
    writeEarlyHints: (r) => r.writeEarlyHints({ link: '</a>; rel=preload' }),
    createPushResponse: (r, n, w) => r.createPushResponse({ ':path': '/q' }, (error, push) => { if (!error) w.add('response', push); w.step(); }),
    setTimeout: (r, n) => r.setTimeout(n % 3),
    look: (r) => [r.headersSent, r.finished, r.writableEnded, r.socket, r.stream?.id, r.req?.complete],
    throw: () => { throw new OnPurpose(); },
  },
  request: {
    destroy: (r, n) => r.destroy(n % 2 ? new OnPurpose() : undefined),
    resume: (r) => r.resume(),
    read: (r) => r.read(),
    pause: (r) => r.pause(),
    setTimeout: (r, n) => r.setTimeout(n % 3),
    look: (r) => [r.headers, r.rawHeaders, r.trailers, r.aborted, r.complete, r.authority, r.url, r.socket],
  },
};
export const kinds = Object.keys(methods);

const events = {
  stream: ['data', 'end', 'finish', 'close', 'error', 'aborted', 'response', 'headers', 'push', 'trailers', 'wantTrailers', 'continue', 'drain', 'ready', 'timeout', 'frameError', 'readable'],
  session: ['connect', 'close', 'error', 'goaway', 'ping', 'localSettings', 'remoteSettings', 'stream', 'timeout', 'frameError', 'altsvc', 'origin', 'limit'],
  response: ['close', 'finish', 'drain', 'error'],
  request: ['data', 'end', 'close', 'aborted', 'error'],
};

function pair() {
  const sides = [];
  for (const other of [1, 0]) {
    sides.push(new Duplex({
      read: ignore,
      write(chunk, _encoding, callback) { sides[other].push(chunk); setImmediate(callback); },
      final(callback) { sides[other].push(null); callback(); },
      destroy(error, callback) { if (!sides[other].destroyed) setImmediate(() => sides[other].destroy()); callback(error); },
    }));
  }
  return sides;
}

/** One program: what it has, what it still does, and what must hold of it. */
class World {
  constructor({ steps, compat }) {
    this.steps = [...steps];
    this.compat = compat;
    this.objects = { stream: [], session: [], response: [], request: [] };
    this.calls = [];
    this.failures = [];
    this.depth = 0;
  }

  fail(what) {
    this.failures.push(what);
  }

  /** A callback that must be called, once. */
  once(name) {
    const call = { name, times: 0, needed: true };
    return this.counted(call);
  }

  atMostOnce(name) {
    return this.counted({ name, times: 0, needed: false });
  }

  counted(call) {
    this.calls.push(call);
    return () => {
      if (++call.times > 1) this.fail(`the callback of ${call.name} was called ${call.times} times`);
      this.step();
    };
  }

  add(kind, object) {
    if (object === undefined || this.objects[kind].includes(object)) return object;
    this.objects[kind].push(object);
    object.on('error', (error) => { if (!isAnswer(error) && error.name !== 'AbortError') this.fail(`'error' of a ${kind}: ${error.stack}`); });
    let closes = 0;
    // A compat request that is destroyed after its stream has closed tells it twice, with node:http2 as well.
    object.on('close', () => { if (++closes > 1 && kind !== 'request') this.fail(`'close' of a ${kind} came ${closes} times`); });
    // 'data' and 'readable' change how a stream flows: only some get them.
    for (const event of events[kind]) {
      if ((event === 'data' && this.objects[kind].length % 3 === 0) || (event === 'readable' && this.objects[kind].length % 7 !== 0)) continue;
      object.on(event, (...args) => {
        if (event === 'push' || event === 'stream') ignore();
        if (event === 'stream') this.add('stream', args[0]);
        this.step();
      });
    }
    if (kind === 'session' && object.request) object.on('stream', (stream) => this.add('stream', stream));
    return object;
  }

  /** The next step, if there is one; what it throws on purpose goes to whoever called. */
  step() {
    if (this.depth > 3) return;
    const next = this.steps.shift();
    if (next === undefined) return;
    const { kind, which, method, n } = next;
    const from = this.objects[kind];
    if (from.length === 0) return;
    const call = methods[kind][method];
    this.depth++;
    try {
      const result = call(from[which % from.length], n, this);
      if (typeof result?.catch === 'function') result.catch((error) => { if (!isAnswer(error) && error.name !== 'AbortError') this.fail(error.stack); });
    } catch (error) {
      // A callback that was refused is not called.
      const last = this.calls.at(-1);
      if (last !== undefined) last.needed = false;
      if (error instanceof OnPurpose) throw error;
      if (!isAnswer(error)) this.fail(`${kind}.${method}(${n}) threw ${error.stack}`);
    } finally {
      this.depth--;
    }
  }
}

/** @returns what went wrong, in words; empty if nothing did */
export async function run(scenario) {
  const world = new World(scenario);
  const uncaught = (error) => { if (!isAnswer(error)) world.fail(`uncaught: ${error?.stack ?? error}`); };
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  const before = duetto.stats().sessions.open;
  const server = scenario.compat
    ? duetto.createServer((request, response) => { world.add('request', request); world.add('response', response); world.step(); })
    : duetto.createServer();
  server.on('sessionError', ignore);
  server.on('session', (session) => world.add('session', session));
  server.on('stream', (stream) => { world.add('stream', stream); world.step(); });
  const clients = [];
  if (scenario.sockets) {
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    for (let i = 0; i < 2; i++) clients.push(duetto.connect(`http://127.0.0.1:${server.address().port}`));
  } else {
    for (let i = 0; i < 2; i++) {
      const [here, there] = pair();
      for (const side of [here, there]) side.on('error', ignore);
      server.emit('connection', there);
      clients.push(duetto.connect('http://localhost', { createConnection: () => here }));
    }
  }
  for (const client of clients) {
    world.add('session', client);
    try {
      world.add('stream', client.request({ ':path': '/', ':method': 'POST' }));
      world.add('stream', client.request({ ':path': '/' }));
    } catch (error) { if (!isAnswer(error)) world.fail(error.stack); }
  }
  for (let i = 0, left = -1; i < 60 && world.steps.length > 0; i++) {
    await turn();
    // Nothing has happened by itself: the program goes on outside of handlers.
    if (world.steps.length === left) try { world.step(); } catch (error) { uncaught(error); }
    left = world.steps.length;
  }
  await end(world, server, clients, before);
  process.off('uncaughtException', uncaught);
  process.off('unhandledRejection', uncaught);
  return world.failures;
}

async function end(world, server, clients, before) {
  world.steps = [];
  for (let i = 0; i < 5; i++) await turn();
  for (const session of world.objects.session) session.destroy();
  for (const socket of clients.map((client) => client.socket)) socket?.destroy();
  if (server.listening) await new Promise((resolve) => { server.close(resolve); });
  const over = () => world.objects.stream.every((stream) => stream.destroyed) && world.objects.session.every((session) => session.destroyed) &&
    duetto.stats().sessions.open <= before && world.calls.every(({ needed, times }) => !needed || times > 0);
  for (const deadline = Date.now() + 1500; !over() && Date.now() < deadline;) await turn();
  for (const stream of world.objects.stream) if (!stream.destroyed) world.fail(`stream ${stream.id} is not destroyed when all sessions are`);
  for (const { name, needed, times } of world.calls) if (needed && times !== 1) world.fail(`the callback of ${name} was called ${times} times`);
  if (duetto.stats().sessions.open > before) world.fail('a native session is left');
}
