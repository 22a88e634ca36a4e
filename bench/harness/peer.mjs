import { once } from 'node:events';
import * as net from 'node:net';
import { run, start, stop, Worker } from './children.mjs';
import { helloFolder } from './materials.mjs';

/** Tries to reach a server that was just started, and how long to wait between them, in milliseconds. */
const ATTEMPTS = 100;
const PAUSE = 30;

let found;

/** Whether nghttpd is installed. */
export function hasNghttpd() {
  return found ??= findNghttpd();
}

async function findNghttpd() {
  try {
    await run('nghttpd', ['--version'], 5);
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function isListening(port) {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** An nghttpd without TLS that has `/hello`. */
export async function startNghttpd() {
  const port = await freePort();
  const child = start('nghttpd', ['--no-tls', '-a', '127.0.0.1', '-d', helloFolder(), String(port)]);
  child.stdout.resume();
  child.stderr.resume();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await isListening(port)) return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  await stop(child);
  throw new Error('nghttpd does not listen');
}

async function startNodeServer() {
  const worker = new Worker('servers/hello-core.mjs', { module: 'node:http2' });
  const { port } = await worker.ready();
  return { url: `http://127.0.0.1:${port}`, stop: () => worker.stop() };
}

/** A server for clients to be measured against; it answers `/hello`. */
export async function startPeer() {
  return await hasNghttpd() ? startNghttpd() : startNodeServer();
}
