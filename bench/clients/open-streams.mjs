import { once } from 'node:events';
import * as net from 'node:net';
import { field, frame, PREFACE, SETTINGS, SETTINGS_ACK } from './frames.mjs';

// Sessions with streams that stay open, from plain sockets.

const block = Buffer.concat([
  field(':method', 'GET'), field(':scheme', 'http'), field(':authority', 'localhost'), field(':path', '/events'),
]);
const HEADERS = 1;
const END_STREAM_END_HEADERS = 5;

export async function openStreams(port, sessions, streams) {
  const sockets = [];
  for (let session = 0; session < sessions; session++) {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    let answers = 0;
    const answered = new Promise((resolve, reject) => {
      let rest = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
          if (rest[3] === HEADERS && ++answers === streams) resolve();
          rest = rest.subarray(9 + rest.readUIntBE(0, 3));
        }
      });
    });
    const requests = Array.from({ length: streams }, (_, i) => frame(HEADERS, END_STREAM_END_HEADERS, 2 * i + 1, block));
    socket.write(Buffer.concat([PREFACE, SETTINGS, SETTINGS_ACK, ...requests]));
    await answered;
    sockets.push(socket);
  }
  return sockets;
}
