import * as fs from 'node:fs';
import { answer, implementation } from '../harness/answer.mjs';

// A client that keeps a number of requests in flight on each of its sessions. It is what the client cases measure, and
// with the built-in module it stands in for h2load.

const http2 = await implementation();

/** `rejectUnauthorized`: certificates are made for the run. `maxSessionMemory`: several large bodies wait at a time. */
const CONNECT_OPTIONS = { rejectUnauthorized: false, maxSessionMemory: 100 };

function openSession(url) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(url, CONNECT_OPTIONS);
    session.once('error', reject);
    session.once('connect', () => resolve(session));
  });
}

function request(session, { path, body, headers }) {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':path': path, ':method': body === undefined ? 'GET' : 'POST', ...headers },
      { endStream: body === undefined });
    let status;
    stream.on('error', reject);
    stream.on('response', (headers) => { status = headers[':status']; });
    stream.on('end', () => {
      if (status === 200) resolve();
      else reject(new Error(`status ${status}`));
    });
    stream.resume();
    if (body !== undefined) stream.end(body);
  });
}

/** Sends until the time is over or the number of requests is reached; counts what was answered. */
async function run({ url, path = '/', connections, streams, seconds, maxRequests, bodyFile, headers = [] }) {
  const what = { path, body: bodyFile === undefined ? undefined : fs.readFileSync(bodyFile),
    headers: Object.fromEntries(headers.map((header) => header.split(/: (.*)/s, 2))) };
  const sessions = await Promise.all(Array.from({ length: connections }, () => openSession(url)));
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  let begun = 0;
  let requests = 0;
  const lane = async (session) => {
    while (begun < maxRequests && performance.now() < end) {
      begun++;
      await request(session, what);
      requests++;
    }
  };
  try {
    await Promise.all(sessions.flatMap((session) => Array.from({ length: streams }, () => lane(session))));
    const elapsed = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { requests, perSecond: requests / elapsed, cpuMicroseconds: user + system };
  } finally {
    for (const session of sessions) session.destroy();
  }
}

answer({}, { run });
