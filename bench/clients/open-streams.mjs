import { once } from 'node:events';
import * as net from 'node:net';
import { cut, headers, preface, request, settings, settingsAck, Type } from '../../cli/frames.mjs';

// Sessions with streams that stay open, from plain sockets.

const events = request({ ':path': '/events' });

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
        const whole = cut(Buffer.concat([rest, chunk]));
        rest = whole.rest;
        answers += whole.frames.filter(({ type }) => type === Type.Headers).length;
        if (answers >= streams) resolve();
      });
    });
    const requests = Array.from({ length: streams }, (_, i) => headers(2 * i + 1, events));
    socket.write(Buffer.concat([preface, settings(), settingsAck, ...requests]));
    await answered;
    sockets.push(socket);
  }
  return sockets;
}
