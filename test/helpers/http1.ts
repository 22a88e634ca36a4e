// Clients of a server that speaks HTTP/1 beside HTTP/2.

import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { type Loose, type Stage } from './parity.js';
import { cert, key } from './tls.mjs';

export type Listener = (request: Loose, response: Loose) => void;

export function serveBoth(t: Stage, listener?: Listener, options: object = {}): Promise<Loose> {
  return t.listen(t.h2.createSecureServer({ key, cert, allowHTTP1: true, ...options }, listener as Loose));
}

export function agent(t: Stage): https.Agent {
  const keeping = new https.Agent({ keepAlive: true, maxSockets: 1, ca: cert });
  t.finally(() => keeping.destroy());
  return keeping;
}

export interface Http1Answer {
  response: http.IncomingMessage;
  request: http.ClientRequest;
  socket: Loose;
  body: string;
}

export async function askHttp1(t: Stage, options: https.RequestOptions, send?: (request: http.ClientRequest) => void): Promise<Http1Answer> {
  const request = https.request({ host: '127.0.0.1', port: t.port, ca: cert, servername: 'localhost', ...options });
  if (send) send(request);
  else request.end();
  const [response] = await once(request, 'response') as [http.IncomingMessage];
  const { socket } = response;
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { response, request, socket, body };
}

export async function rawClient(t: Stage, ALPNProtocols?: string[]): Promise<tls.TLSSocket & { text: string }> {
  const socket = tls.connect({ host: '127.0.0.1', port: t.port, ca: cert, servername: 'localhost', ALPNProtocols }) as Loose;
  t.finally(() => socket.destroy());
  socket.on('error', () => {});
  socket.text = '';
  socket.setEncoding('latin1').on('data', (text: string) => socket.text += text);
  await once(socket, 'secureConnect');
  return socket;
}

export async function askHttp2(t: Stage, headers: object = {}): Promise<{ status: unknown; body: string }> {
  const client = connectSecurely(t);
  const stream = client.request({ ':path': '/', ...headers });
  let body = '';
  let status: unknown;
  stream.on('response', (fields) => status = fields[':status']);
  stream.setEncoding('utf8').on('data', (text) => body += text);
  await once(stream, 'close');
  client.close();
  return { status, body };
}

export function connectSecurely(t: Stage): ReturnType<Stage['connect']> {
  const socket = tls.connect({ port: t.port, host: '127.0.0.1', servername: 'localhost', ALPNProtocols: ['h2'], ca: cert });
  return t.connect({ createConnection: () => socket });
}
