import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Child, find, start } from './child.ts';

/** nghttp2's own server, undefined where it is not installed. */
export const nghttpd = find('nghttpd');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when something listens there; rejects if the process has ended. */
async function reachable(port: number, child: Child): Promise<void> {
  for (;;) {
    const socket = connectTcp(port, '127.0.0.1');
    const [event] = await Promise.race([once(socket, 'connect').then(() => ['connect']), once(socket, 'close').then(() => ['close'])]).catch(() => ['error']);
    socket.destroy();
    if (event === 'connect') return;
    if (child.process.exitCode !== null) throw new Error(`nghttpd: ${JSON.stringify(await child.ended)}`);
  }
}

/** The port of a nghttpd that serves `folder` until the test is over; with TLS if the files of a key and a certificate are given. */
export async function startNghttpd(folder: string, args: string[] = [], files: string[] = []): Promise<number> {
  const port = await freePort();
  const child = start(nghttpd!, ['-d', folder, '-a', '127.0.0.1', ...files.length > 0 ? [] : ['--no-tls'], ...args, String(port), ...files]);
  onTestFinished(() => { child.process.kill('SIGKILL'); });
  await reachable(port, child);
  return port;
}
