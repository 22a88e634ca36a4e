import { Worker } from '../harness/children.mjs';
import { startPeer } from '../harness/peer.mjs';

// The implementation as a client; the peer is nghttpd, or a node:http2 server where nghttpd is missing.

const MAX_REQUESTS = 1_000_000;
const WARM_UP = 0.7;

function clientCase(name, streams) {
  return {
    name,
    unit: 'req/s',
    async open(module) {
      const peer = await startPeer();
      const worker = new Worker('clients/requests.mjs', { module });
      const close = async () => {
        await worker.stop();
        await peer.stop();
      };
      const run = (seconds) => worker.ask(
        'run', { url: peer.url, path: '/hello', connections: 1, streams, seconds, maxRequests: MAX_REQUESTS });
      try {
        await worker.ready();
        await run(WARM_UP);
      } catch (error) {
        await close();
        throw error;
      }
      return {
        async measure(seconds) {
          const { requests, perSecond, cpuMicroseconds } = await run(seconds);
          return { value: perSecond, cpu: cpuMicroseconds / requests };
        },
        close,
      };
    },
  };
}

export default [clientCase('client-100', 100), clientCase('client-sequential', 1)];
