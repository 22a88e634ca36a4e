import { Worker } from '../harness/children.mjs';

// A download of 50 MB over a link with 100 ms from request to answer; both ends are the same implementation.

const DELAY = 50;
const MEGABYTES = 50;
/** The slower side would take a minute and more: its rate is known before. */
const LONGEST = 6;

export default [{
  name: 'delay-100ms',
  unit: 'MB/s',
  async open(module) {
    const server = new Worker('servers/download.mjs', { module, bodyBytes: MEGABYTES * 1e6, serverOptions: { maxSessionMemory: 100 } });
    const { port } = await server.ready();
    const proxy = new Worker('harness/delay-proxy.mjs', { port, delay: DELAY });
    const link = await proxy.ready();
    const client = new Worker('clients/download.mjs', { module });
    await client.ready();
    return {
      async measure() {
        const { perSecond, cpu } = await client.ask('download', { url: `http://127.0.0.1:${link.port}`, most: MEGABYTES * 1e6, seconds: LONGEST });
        return { value: perSecond / 1e6, cpu };
      },
      async close() {
        for (const worker of [client, proxy, server]) await worker.stop();
      },
    };
  },
}];
