import { Worker } from '../harness/children.mjs';

// Client and server in one process: what one implementation costs on both sides.

const WARM_UP = 0.7;

function bothEnds(name, unit, question, details) {
  return {
    name,
    unit,
    async open(module) {
      const worker = new Worker('clients/both-ends.mjs', { module });
      await worker.ready();
      await worker.ask(question, { ...details, seconds: WARM_UP });
      return {
        async measure(seconds) {
          const { perSecond, cpu } = await worker.ask(question, { ...details, seconds });
          return { value: perSecond, cpu };
        },
        close: () => worker.stop(),
      };
    },
  };
}

export default [
  bothEnds('both-ends-1x100', 'req/s', 'requests', { streams: 100 }),
  bothEnds('streaming', 'messages/s', 'messages', {}),
];
