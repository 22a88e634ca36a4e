import { once } from 'node:events';
import * as net from 'node:net';
import { preface, settings, settingsAck } from '../../cli/frames.mjs';

// Sessions that do nothing, from plain sockets: preface, SETTINGS, acknowledgement, silence.

/** How many connections are opened at a time: well below any listen backlog. */
const BATCH = 50;

async function openOne(port) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(Buffer.concat([preface, settings()]));
  await once(socket, 'data');
  socket.write(settingsAck);
  socket.resume();
  return socket;
}

export async function openIdle(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(BATCH, count - sockets.length);
    sockets.push(...await Promise.all(Array.from({ length: batch }, () => openOne(port))));
  }
  return sockets;
}

export async function closeIdle(sockets) {
  await Promise.all(sockets.map((socket) => {
    const closed = once(socket, 'close');
    socket.destroy();
    return closed;
  }));
}
