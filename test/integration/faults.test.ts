// The connection dies at every octet of an exchange, on either way: whatever happens, everybody hears of it once, nothing is
// left open, and what was cut short never looks complete.
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { data, Flag, headers, RawPeer, requestBlock, Type } from '../helpers/raw-peer.ts';
import { listen, tls } from '../helpers/serve.ts';

const REQUEST = Buffer.alloc(700, 'q');
const RESPONSE = Buffer.alloc(9000, 'r');

/** How a connection dies. */
type Death = 'reset' | 'destroy' | 'end' | 'failing write';

/** Two ends; what the first writes is counted, and after `most` octets the connection dies. */
function mortalPair(most: number, death: Death, direction: 0 | 1): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  let left = most;
  const die = (from: Duplex, to: Duplex, callback: (error?: Error | null) => void): void => {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    if (death === 'failing write') {
      setImmediate(() => to.destroy());
      return callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }));
    }
    callback();
    if (death === 'end') {
      to.push(null);
      from.push(null);
      return;
    }
    for (const end of [to, from]) end.destroy(death === 'reset' ? error : undefined);
  };
  for (const index of [0, 1] as const) {
    ends.push(new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, callback) {
        const to = ends[1 - index]!;
        if (to.destroyed) return callback();
        if (index === direction && chunk.length >= left) {
          if (left > 0) to.push(chunk.subarray(0, left));
          left = 0;
          // What has arrived is read before the end is seen.
          setImmediate(die, this, to, callback);
          return;
        }
        if (index === direction) left -= chunk.length;
        to.push(chunk);
        setImmediate(callback);
      },
      final(callback) {
        if (!ends[1 - index]!.destroyed) ends[1 - index]!.push(null);
        callback();
      },
    }));
  }
  return ends as [Duplex, Duplex];
}

class Ledger {
  readonly problems: string[] = [];
  private readonly open = new Set<string>();

  /** Something that must happen exactly once. */
  expect(name: string): (...args: unknown[]) => void {
    this.open.add(name);
    let times = 0;
    return () => {
      this.open.delete(name);
      if (++times > 1) this.problems.push(`${name} happened ${times} times`);
    };
  }

  stream(name: string, stream: import('node:http2').Http2Stream, whole: number): void {
    let length = 0;
    let errors = 0;
    stream.on('error', () => { if (++errors > 1) this.problems.push(`${name} failed twice`); });
    stream.on('close', this.expect(`'close' of ${name}`));
    stream.on('data', (chunk: Buffer) => { length += chunk.length; });
    let begun = name === "the server's stream";
    for (const event of ['response', 'push']) stream.on(event, () => { begun = true; });
    // Where no message has begun, none is cut short: node:http2 ends such a stream too.
    stream.on('end', () => { if (length !== whole && begun) this.problems.push(`${name} ended after ${length} of ${whole} octets`); });
  }

  get unheard(): string[] {
    return [...this.open];
  }
}

/** Requests with a body, an answer with a body and trailers, a push, a PING, SETTINGS. */
async function exchange(server: duetto.Http2Server, client: duetto.ClientHttp2Session): Promise<string[]> {
  const ledger = new Ledger();
  const before = duetto.stats().sessions.open;
  server.on('sessionError', () => {});
  server.on('session', (session) => {
    session.on('close', ledger.expect("'close' of the server's session"));
    session.on('error', () => {});
    session.ping(ledger.expect("the answer to the server's PING"));
  });
  server.on('stream', (stream) => {
    ledger.stream("the server's stream", stream, stream.id === 1 ? REQUEST.length : 0);
    if (stream.id === 1) {
      try {
        stream.pushStream({ ':path': '/pushed' }, (error, push) => {
          if (error) return;
          push.on('error', () => {});
          push.respond();
          push.end('pushed', ledger.expect("the callback of the push's end"));
        });
      } catch {}
      stream.respond({ ':status': 200, 'content-length': RESPONSE.length }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ sum: 'right' }));
      stream.write(RESPONSE.subarray(0, 4000), ledger.expect("the callback of the server's first write"));
      stream.end(RESPONSE.subarray(4000), ledger.expect("the callback of the server's end"));
    } else {
      stream.respond({ ':status': 204 }, { endStream: true });
    }
  });
  client.on('error', () => {});
  client.on('close', ledger.expect("'close' of the client's session"));
  client.on('stream', (push) => ledger.stream('a push', push, 6));
  const done: Array<Promise<unknown>> = [once(client, 'close').catch(() => {})];
  const post = client.request({ ':method': 'POST', 'content-length': REQUEST.length });
  ledger.stream('the answer', post, RESPONSE.length);
  post.write(REQUEST.subarray(0, 300), ledger.expect("the callback of the client's write"));
  post.end(REQUEST.subarray(300), ledger.expect("the callback of the client's end"));
  const get = client.request();
  ledger.stream('the second answer', get, 0);
  client.once('connect', () => {
    if (client.destroyed) return;
    client.ping(ledger.expect("the answer to the client's PING"));
    client.settings({ initialWindowSize: 70_000 });
  });
  let open = 2;
  for (const stream of [post, get]) stream.on('close', () => { if (--open === 0) client.close(); });
  await Promise.all(done);
  const end = Date.now() + 1000;
  while ((ledger.unheard.length > 0 || duetto.stats().sessions.open >= before + 1) && Date.now() < end) await new Promise((resolve) => setImmediate(resolve));
  if (duetto.stats().sessions.open >= before + 1) ledger.problems.push('a session is left in the core');
  return [...ledger.problems, ...ledger.unheard.map((name) => `never: ${name}`)];
}

/** Octets of the whole exchange, one way. */
async function lengthOf(direction: 0 | 1): Promise<number> {
  let length = 0;
  const pair = mortalPair(Infinity, 'reset', direction);
  pair[1 - direction]!.on('data', (chunk) => { length += chunk.length; });
  expect(await inProcess(pair)).toEqual([]);
  return length;
}

async function inProcess([here, there]: [Duplex, Duplex]): Promise<string[]> {
  const server = duetto.createServer();
  const client = duetto.connect('http://localhost', { createConnection: () => here });
  setImmediate(() => server.emit('connection', there));
  return exchange(server, client);
}

describe.each(['reset', 'destroy', 'end', 'failing write'] as Death[])('%s', (death) => {
  test.each([['client', 0], ['server', 1]] as const)('after each octet that the %s sends', async (_who, direction) => {
    const length = await lengthOf(direction);
    expect(length).toBeGreaterThan(direction === 0 ? 800 : 9000);
    const found: string[] = [];
    // Of a long body not every octet: it is all the same in the middle of a frame.
    const step = direction === 0 ? 1 : 7;
    for (let at = 0; at < length && found.length < 5; at += at < 400 || at > length - 400 ? 1 : step) {
      const problems = await inProcess(mortalPair(at, death, direction));
      if (problems.length > 0) found.push(`after ${at} of ${length}: ${problems.join('; ')}`);
    }
    expect(found).toEqual([]);
  }, 120_000);
});

describe.each([['http', false], ['https', true]] as const)('%s over sockets', (scheme, secure) => {
  test.each(['both ways', 'half'] as const)('cut off %s, anywhere', async (how) => {
    let most = Infinity;
    let passed = 0;
    const target = { port: 0 };
    const cutter = createServer({ allowHalfOpen: true }, (socket) => {
      const onward = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: true });
      passed = 0;
      const pass = (from: Socket, to: Socket): void => {
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.on('end', () => to.end());
        from.on('data', (chunk) => {
          const part = chunk.subarray(0, Math.max(0, most - passed));
          passed += part.length;
          if (part.length > 0) to.write(part);
          if (passed < most) return;
          if (how === 'half') { to.end(); from.resume(); } else { from.resetAndDestroy(); to.resetAndDestroy(); }
        });
      };
      pass(socket, onward);
      pass(onward, socket);
    });
    cutter.listen(0, '127.0.0.1');
    await once(cutter, 'listening');
    onTestFinished(() => { cutter.close(); });
    const { port } = cutter.address() as AddressInfo;

    const visit = async (): Promise<string[]> => {
      const server = (secure ? duetto.createSecureServer(tls) : duetto.createServer()) as duetto.Http2Server;
      server.on('tlsClientError', () => {});
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      target.port = (server.address() as AddressInfo).port;
      const client = duetto.connect(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false });
      const problems = await exchange(server, client);
      await new Promise((resolve) => server.close(resolve));
      return problems;
    };
    expect(await visit()).toEqual([]);
    const all = passed;
    const found: string[] = [];
    const points = secure ? 120 : 200;
    for (let i = 0; i < points && found.length < 5; i++) {
      most = Math.floor(((i + Math.random()) * all) / points);
      const problems = await visit();
      if (problems.length > 0) found.push(`after ${most} of ${all}: ${problems.join('; ')}`);
    }
    expect(found).toEqual([]);
  }, 120_000);
});

test('an event loop that is blocked for a while loses nothing', async () => {
  const server = duetto.createServer();
  server.on('stream', (stream) => {
    stream.respond();
    stream.pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = duetto.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = client.request({ ':method': 'POST' });
  let length = 0;
  let blocked = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (blocked++ % 10 === 0 && blocked < 40) for (const until = performance.now() + 150; performance.now() < until;);
  });
  for (let i = 0; i < 100; i++) stream.write(Buffer.alloc(20_000, i));
  stream.end();
  await once(stream, 'end');
  expect(length).toBe(2_000_000);
  client.close();
  await new Promise((resolve) => server.close(resolve));
});

test('a clock that jumps by a year ends nothing', async () => {
  const server = duetto.createServer({ stalledWriteTimeout: 60_000 } as object);
  server.setTimeout(60_000);
  server.on('stream', (stream) => { stream.respond(); stream.end('answer'); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = duetto.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'connect');
  const { now } = Date;
  onTestFinished(() => { Date.now = now; });
  for (const jump of [365 * 86_400e3, -365 * 86_400e3]) {
    Date.now = () => now() + jump;
    const stream = client.request();
    let text = '';
    stream.on('data', (chunk) => { text += chunk; });
    await once(stream, 'close');
    expect(text).toBe('answer');
  }
  client.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('what has come whole is read to its end, although the connection is gone', () => {
  /** Reads a piece, pauses, and so on. */
  const slowly = (stream: import('node:stream').Readable, events: string[]): Promise<void> => new Promise((resolve) => {
    let octets = 0;
    stream.on('data', (chunk: Buffer) => {
      octets += chunk.length;
      stream.pause();
      setTimeout(() => stream.resume(), 20);
    });
    stream.on('aborted', () => events.push('aborted')).on('error', () => events.push('error'));
    stream.on('end', () => events.push(`end after ${octets}`)).on('close', () => { events.push('close'); resolve(); });
  });
  const body = Array.from({ length: 6 }, (_, i) => data(1, Buffer.alloc(10_000), i === 5 ? Flag.EndStream : 0));

  test('a request, answered, whose client leaves', async () => {
    const events: string[] = [];
    const server = duetto.createServer();
    const over = once(server, 'session').then(([session]) => once(session, 'close')).then(() => events.push('session close'));
    const read = once(server, 'stream').then(([stream]) => {
      stream.respond({ ':status': 200 }, { endStream: true });
      return slowly(stream, events);
    });
    const { port } = await listen(server as never);
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/', { ':method': 'POST' }), Flag.EndHeaders), ...body);
    await peer.expect(Type.Headers);
    await peer.settle();
    peer.socket.end();
    await read;
    await over;
    expect(events).toEqual(['end after 60000', 'close', 'session close']);
  });

  test('a response whose server leaves', async () => {
    const events: string[] = [];
    const { port, peer: met } = await RawPeer.server();
    const session = duetto.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => events.push('session error'));
    const over = once(session, 'close').then(() => events.push('session close'));
    const read = slowly(session.request({ ':path': '/' }), events);
    const peer = await met;
    await peer.expect(Type.Headers);
    peer.send(headers(1, Buffer.from([0x88]), Flag.EndHeaders), ...body);
    peer.socket.end();
    await read;
    await over;
    expect(events).toEqual(['end after 60000', 'close', 'session close']);
  });
});
