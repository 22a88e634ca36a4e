// What the server has done so far, for the page's live numbers.

export class Counters {
  requests = 0;
  http1 = 0;
  connections = 0;
  openConnections = 0;
  openStreams = 0;
  mostStreams = 0;
  bytes = 0;

  #numbers = new WeakMap();

  watch(server) {
    server.on('session', (session) => {
      this.#numbers.set(session, ++this.connections);
      this.openConnections++;
      session.once('close', () => this.openConnections--);
    });
    server.on('stream', (stream) => {
      this.openStreams++;
      this.mostStreams = Math.max(this.mostStreams, this.openStreams);
      stream.once('close', () => this.openStreams--);
    });
    server.on('request', (request) => {
      this.requests++;
      if (request.httpVersionMajor === 1) this.http1++;
    });
  }

  /** Sessions count from 1; 0 is a connection that speaks HTTP/1. */
  connectionOf(request) {
    return this.#numbers.get(request.stream?.session) ?? 0;
  }
}
