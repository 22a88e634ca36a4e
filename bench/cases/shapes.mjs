import { bodyFile, jsonFile } from '../harness/materials.mjs';
import { serverCase } from './server.mjs';

// What services look like: many fields, JSON both ways, files.

/** With the four pseudo-header fields, and user-agent of the load, thirty fields. */
const HEADERS = [
  'accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-encoding: gzip, deflate, br, zstd', 'accept-language: en-GB,en;q=0.7,de;q=0.3', 'cache-control: no-cache',
  'cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes', 'dnt: 1', 'origin: https://example.org',
  'pragma: no-cache', 'priority: u=1, i', 'referer: https://example.org/a/page/of/some/depth', 'sec-ch-ua: "Chromium";v="140"',
  'sec-ch-ua-mobile: ?0', 'sec-ch-ua-platform: "Linux"', 'sec-fetch-dest: document', 'sec-fetch-mode: navigate',
  'sec-fetch-site: same-origin', 'sec-fetch-user: ?1', 'te: trailers', 'upgrade-insecure-requests: 1',
  'x-forwarded-for: 203.0.113.7', 'x-forwarded-proto: https', 'x-request-id: 6f1c2e1e-4b8c-4c5e-9f0e-1a2b3c4d5e6f',
  'x-trace: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789',
  'x-client-version: 4.2.1',
];

const FILE_MEGABYTES = 1;

export default [
  serverCase({ name: 'headers-1x100', script: 'servers/headers.mjs', shape: { connections: 1, streams: 100 }, headers: HEADERS }),
  serverCase({ name: 'json-4x50', script: 'servers/json.mjs', shape: { connections: 4, streams: 50 }, bodyFile: () => jsonFile(1024) }),
  serverCase({
    name: 'file-1x10', script: 'servers/file.mjs', shape: { connections: 1, streams: 10 },
    unit: 'MB/s', perRequest: FILE_MEGABYTES, settings: { file: bodyFile(FILE_MEGABYTES * 1024 * 1024) },
  }),
];
