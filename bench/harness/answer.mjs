import { pathToFileURL } from 'node:url';

// The child's end of harness/children.mjs.

export const settings = JSON.parse(process.env.BENCH_SETTINGS ?? '{"module":"node:http2"}');

const ENGINE = 'engine:';

/** The HTTP/2 implementation that this process is to use. */
export async function implementation() {
  const { module } = settings;
  if (module.startsWith(ENGINE)) {
    // The library of this package on an addon by its name.
    process.env.DUETTO_BINDING = module.slice(ENGINE.length);
    return (await import(new URL('../../dist/index.mjs', import.meta.url).href)).default;
  }
  const loaded = await import(module.startsWith('node:') ? module : pathToFileURL(module).href);
  return loaded.createServer === undefined ? loaded.default : loaded;
}

function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system };
}

function memory() {
  for (let pass = 0; pass < 3; pass++) globalThis.gc();
  return { rss: process.memoryUsage.rss() };
}

/** Tells the parent that this process is ready, then answers it until it goes away. */
export function answer(greeting, handlers = {}) {
  const all = { usage, memory, ...handlers };
  process.on('message', async ({ question, details }) => {
    try {
      process.send({ answer: await all[question](details) });
    } catch (error) {
      process.send({ error: String(error.stack) });
    }
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ answer: greeting });
}
