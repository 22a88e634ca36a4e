import { bodyFile } from '../harness/materials.mjs';
import { serverCase } from './server.mjs';

// Large bodies, one connection with four streams.

const BODY_MEGABYTES = 8;
const BODY_BYTES = BODY_MEGABYTES * 1024 * 1024;
const megabytes = { unit: 'MB/s', perRequest: BODY_MEGABYTES, shape: { connections: 1, streams: 4 } };

/** Whole bodies wait in the session, and with the default of 10 MB it would refuse further streams. */
const MAX_SESSION_MEMORY = 100;

export default [
  serverCase({ ...megabytes, name: 'upload', script: 'servers/upload.mjs', bodyFile: () => bodyFile(BODY_BYTES) }),
  serverCase({
    ...megabytes,
    name: 'download',
    script: 'servers/download.mjs',
    settings: { bodyBytes: BODY_BYTES, serverOptions: { maxSessionMemory: MAX_SESSION_MEMORY } },
  }),
];
