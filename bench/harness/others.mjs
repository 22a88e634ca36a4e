import { Worker } from './children.mjs';
import { hasNghttpd, startNghttpd } from './peer.mjs';

// What the two sides of a case can be seen next to: the same case on other runtimes' node:http2, where BUN or DENO name
// their programs, and nghttpd, which is nghttp2 without JavaScript, as the limit.

const WARM_UP = 0.7;

const runtimes = [
  { name: 'bun', execPath: process.env.BUN, flags: [] },
  { name: 'deno', execPath: process.env.DENO, flags: ['run', '--allow-all', '--no-check'] },
].filter(({ execPath }) => execPath);

async function onRuntime(runtime, work) {
  const before = Worker.runtime;
  Worker.runtime = runtime;
  try {
    return await work();
  } finally {
    Worker.runtime = before;
  }
}

async function openNghttpd(benchCase, { load }) {
  const peer = await startNghttpd();
  const target = { url: `${peer.url}/hello`, ...benchCase.nghttpd };
  await load.measure({ ...target, seconds: WARM_UP / 2 });
  await load.measure({ ...target, seconds: WARM_UP });
  return {
    measure: async (seconds) => ({ value: (await load.measure({ ...target, seconds })).perSecond }),
    close: () => peer.stop(),
  };
}

/** @returns openers by name; one that fails is left out of its case, with a word about why */
export async function othersFor(benchCase) {
  const others = runtimes.map((runtime) => [
    runtime.name, (context) => onRuntime(runtime, () => benchCase.open('node:http2', context)),
  ]);
  if (benchCase.nghttpd !== undefined && await hasNghttpd()) others.push(['nghttpd', (context) => openNghttpd(benchCase, context)]);
  return others;
}
