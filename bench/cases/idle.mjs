import { setTimeout as pause } from 'node:timers/promises';
import { closeIdle, openIdle } from '../clients/idle-sessions.mjs';
import { openStreams } from '../clients/open-streams.mjs';
import { Worker } from '../harness/children.mjs';

const SESSIONS = 1000;
/** Sessions opened and closed before the first look at the memory, so that what is loaded once is loaded. */
const WARM_UP_SESSIONS = 50;
/** Time for the server to come to rest, in milliseconds. */
const REST = 200;

/** Sessions and the streams that each keeps open. */
const STREAM_SESSIONS = 10;
const STREAMS = 100;

/**
 * One server, once: memory that a process got back is not given out in the same way again.
 *
 * @param open opens what is measured, `count` of it, and gives the sockets
 */
async function measureFresh(module, script, open, count) {
  const worker = new Worker(script, { module });
  let sockets = [];
  try {
    const { port } = await worker.ready();
    await closeIdle(await openIdle(port, WARM_UP_SESSIONS));
    await pause(REST);
    const before = await worker.ask('memory');
    sockets = await open(port);
    await pause(REST);
    const after = await worker.ask('memory');
    return { value: (after.rss - before.rss) / count / 1024 };
  } finally {
    await closeIdle(sockets);
    await worker.stop();
  }
}

const sessions = (module) => measureFresh(module, 'servers/hello-core.mjs', (port) => openIdle(port, SESSIONS), SESSIONS);
const streams = (module) => measureFresh(
  module, 'servers/hold.mjs', (port) => openStreams(port, STREAM_SESSIONS, STREAMS), STREAM_SESSIONS * STREAMS);

export default [
  { name: 'idle-rss', unit: 'KB/session', open: async (module) => ({ measure: () => sessions(module), close: async () => {} }) },
  { name: 'stream-rss', unit: 'KB/stream', open: async (module) => ({ measure: () => streams(module), close: async () => {} }) },
];
