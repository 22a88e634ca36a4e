import { setTimeout as pause } from 'node:timers/promises';
import { closeIdle, openIdle } from '../clients/idle-sessions.mjs';
import { Worker } from '../harness/children.mjs';

const SESSIONS = 1000;
/** Sessions opened and closed before the first look at the memory, so that what is loaded once is loaded. */
const WARM_UP_SESSIONS = 50;
/** Time for the server to come to rest, in milliseconds. */
const REST = 200;

/** One server, once: memory that a process got back is not given out in the same way again. */
async function measureFresh(module) {
  const worker = new Worker('servers/hello-core.mjs', { module });
  let sockets = [];
  try {
    const { port } = await worker.ready();
    await closeIdle(await openIdle(port, WARM_UP_SESSIONS));
    await pause(REST);
    const before = await worker.ask('memory');
    sockets = await openIdle(port, SESSIONS);
    await pause(REST);
    const after = await worker.ask('memory');
    return { value: (after.rss - before.rss) / SESSIONS / 1024 };
  } finally {
    await closeIdle(sockets);
    await worker.stop();
  }
}

export default [{
  name: 'idle-rss',
  unit: 'KB/session',
  open: async (module) => ({ measure: () => measureFresh(module), close: async () => {} }),
}];
