import duetto, { connect, createServer, PerformanceObserver, stats, type LimitDetails, type ServerHttp2Stream } from '../../dist/index.mjs';

const server = createServer((request, response) => {
  response.end(request.url);
});
server.on('stream', (stream: ServerHttp2Stream, headers) => {
  const path: string | undefined = headers[':path'];
  stream.respond({ ':status': 200 });
  stream.end(path);
});
const session = connect('http://localhost');
session.request({ ':path': '/' }).on('response', (headers) => headers[':status']?.toFixed());

const version: string = duetto.nghttp2.version;
const recent: typeof duetto = duetto.engine('1.70.0');
recent.createServer((request, response) => response.end(request.url));
const active: string | undefined = duetto.engines().find((engine) => engine.active)?.id;
void active;
const patches: readonly string[] = duetto.nghttp2.patches;
// @ts-expect-error what is built in does not change
duetto.nghttp2.version = version;
void patches;

// What duetto adds.
server.on('session', (one) => one.stats().limits.maxSessionMemory?.ratio.toFixed());
server.on('limit', (limit: LimitDetails, one) => `${limit.option}: ${limit.reached} of ${limit.value}, ${one.stats().type}`);
session.on('limit', (limit, stream) => [limit.name.length, stream?.id]);
const limited: duetto.ServerOptions = {
  connectionWindowSize: 1 << 20, maxContinuations: 4, maxOutboundAcks: 100, maxEmptyFrames: 10, glitchBurst: 1000, glitchRate: 10,
  headersTimeout: 10_000, stalledWriteTimeout: 30_000, maxSessionInvalidFrames: 10,
};
createServer(limited).close();
createServer({ maxContinuations: 4, glitchBurst: 100 }, (request, response) => response.end(request.url)).close();
duetto.createSecureServer({ headersTimeout: 10_000, allowHTTP1: true }).close();
connect('http://localhost', { stalledWriteTimeout: 30_000, maxReservedRemoteStreams: 10, busyPoll: 0 });
const beyondNode: duetto.AdditionalOptions = { glitchRate: 1, busyPoll: 0 };
connect('http://localhost', beyondNode);
// @ts-expect-error of clients
createServer({ busyPoll: 0 });
// @ts-expect-error a number
connect('http://localhost', { glitchBurst: '10' });
const octets: number = session.stats().bytes.sent + stats().bytes.received;
const observer: InstanceType<typeof duetto.PerformanceObserver> = new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByType('http2')) {
    entry.detail.bytesRead.toFixed();
    if (entry.name === 'Http2Session') entry.detail.streamCount.toFixed();
    // @ts-expect-error of sessions
    else void entry.detail.streamCount;
  }
  for (const entry of list.getEntriesByName('Http2Stream', 'http2')) entry.timeToFirstByte.toFixed();
  for (const entry of list.getEntries()) entry.startTime.toFixed();
});
observer.observe({ entryTypes: ['http2'] });
// @ts-expect-error numbers are only read
session.stats().age = octets;
