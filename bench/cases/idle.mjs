import { setTimeout as pause } from 'node:timers/promises';
import { closeIdle, openIdle } from '../clients/idle-sessions.mjs';
import { openStreams } from '../clients/open-streams.mjs';
import { Worker } from '../harness/children.mjs';

const SESSIONS = 1000;
/** Thousands that are measured, after the first. */
const THOUSANDS = 3;
/** Time for the server to come to rest, in milliseconds. */
const REST = 200;

/** Sessions and the streams that each keeps open. */
const STREAM_SESSIONS = 10;
const STREAMS = 100;

/**
 * What further thousands add: with the first come the code and what the compiler takes to optimise it, once for the
 * process. One server, once: memory that a process got back is not given out in the same way again.
 *
 * @param open opens what is measured, `count` of it, and gives the sockets
 */
async function measureFresh(module, script, open, count) {
  const worker = new Worker(script, { module });
  const sockets = [];
  try {
    const { port } = await worker.ready();
    sockets.push(...await open(port));
    await pause(REST);
    const before = await worker.ask('memory');
    for (let i = 0; i < THOUSANDS; i++) sockets.push(...await open(port));
    await pause(REST);
    const after = await worker.ask('memory');
    return { value: (after.rss - before.rss) / (THOUSANDS * count) / 1024 };
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
