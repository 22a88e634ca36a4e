// What a session can run over. Each gives a pair of ends: one for a peer that writes octets, one for a server of ours.

import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { cert, key } from '../helpers/tls.mjs';

function duplexPair() {
  const end = () => {
    const one = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        one.other.push(chunk);
        done();
      },
      final(done) {
        one.other.push(null);
        done();
      },
    });
    return one;
  };
  const [a, b] = [end(), end()];
  a.other = b;
  b.other = a;
  for (const [one, other] of [[a, b], [b, a]]) one.on('close', () => other.destroy());
  return [a, b];
}

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

const secure = { key, cert, ALPNProtocols: ['h2'] };
const trusting = { rejectUnauthorized: false, ALPNProtocols: ['h2'], servername: 'localhost' };

export const transports = {
  async tcp(serve, close) {
    const server = net.createServer(serve);
    close(() => server.close());
    const socket = net.connect(await listening(server), '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return socket;
  },

  async tls(serve, close) {
    const server = tls.createServer(secure, serve);
    close(() => server.close());
    const socket = tls.connect({ port: await listening(server), host: '127.0.0.1', ...trusting });
    await once(socket, 'secureConnect');
    return socket;
  },

  async 'a pair in one process'(serve) {
    const [ours, theirs] = duplexPair();
    serve(theirs);
    return ours;
  },

  async 'tls over a pair'(serve) {
    const [ours, theirs] = duplexPair();
    tls.createServer(secure, serve).emit('connection', theirs);
    const socket = tls.connect({ socket: ours, ...trusting });
    await once(socket, 'secureConnect');
    return socket;
  },

  /** @param ours what carries the tunnel */
  async 'a stream of another session'(serve, close, ours) {
    const outer = ours.createServer();
    outer.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      serve(stream);
    });
    close(() => outer.close());
    const session = http2.connect(`http://127.0.0.1:${await listening(outer)}`);
    session.on('error', () => {});
    close(() => session.destroy());
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'inner:1' });
    await once(tunnel, 'response');
    return tunnel;
  },
};
