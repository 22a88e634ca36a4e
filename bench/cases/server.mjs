import { Worker } from '../harness/children.mjs';

// What all cases with a server under load have in common.

/** Length of the untimed run before the first round, in seconds: code gets compiled, windows grow. */
const WARM_UP = 0.7;

/**
 * @param script of the server, below bench/
 * @param shape `connections` and `streams` of each
 * @param perRequest how many of `unit` a request is worth
 * @param settings what the script wants to know, with `serverOptions` for `createServer`
 * @param nghttpd the shape with which nghttpd can do the same
 * @param tls gives the files of a key and a certificate, if the server is to speak TLS
 * @param bodyFile gives the file that each request sends
 * @param headers of each request, each `name: value`
 */
export function serverCase({ name, script, shape, unit = 'req/s', perRequest = 1, settings = {}, tls, bodyFile, headers, nghttpd }) {
  return {
    name,
    unit,
    nghttpd,
    async open(module, { load }) {
      const worker = new Worker(script, { module, ...settings, tls: await tls?.() });
      try {
        const { port } = await worker.ready();
        const target = { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`, ...shape, bodyFile: bodyFile?.(), headers };
        // The first, tiny, run finds the rate that the length of the second is made from.
        await load.measure({ ...target, seconds: WARM_UP / 2 });
        await load.measure({ ...target, seconds: WARM_UP });
        return {
          async measure(seconds) {
            const before = await worker.ask('usage');
            const { requests, perSecond } = await load.measure({ ...target, seconds });
            const after = await worker.ask('usage');
            return { value: perSecond * perRequest, cpu: (after.cpuMicroseconds - before.cpuMicroseconds) / requests };
          },
          close: () => worker.stop(),
        };
      } catch (error) {
        await worker.stop();
        throw error;
      }
    },
  };
}
