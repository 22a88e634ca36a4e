// A script of the user's, on both engines: what it prints, how it ends, and everything that happened in http2.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../user-error.mjs';
import { IN_SIGHT } from './in-sight.mjs';
import { differingLanes, lanesOf } from './lanes.mjs';

/** How long a script may run, in milliseconds; then it is asked to end, and what was seen until then counts. */
const PATIENCE = 60_000;
const GRACE = 2_000;
const RUNS = 3;
/** Lines of output that are compared. */
const MOST_LINES = 2_000;

const preload = fileURLToPath(new URL('child/script.cjs', import.meta.url));

const lines = (text) => text.replace(/(?<=localhost:|127\.0\.0\.1:)\d+/g, 'PORT').split('\n').filter(Boolean).slice(0, MOST_LINES);

function spawnScript(file, engine, resultFile, running) {
  const child = spawn(process.execPath, ['--require', preload, file], {
    env: { ...process.env, DUETTO_BINDING: engine.file, DUETTO_NGHTTP2: '', ...IN_SIGHT, DUETTO_COMPARE_RESULT: resultFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => { output[name] += text; });
  const timers = [
    setTimeout(() => child.kill('SIGTERM'), PATIENCE),
    setTimeout(() => child.kill('SIGKILL'), PATIENCE + GRACE),
  ];
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      timers.forEach(clearTimeout);
      running.delete(child);
      done({ ...output, end: signal ? `ended by ${signal}` : `exit code ${code}` });
    });
  });
}

async function runOnce(file, engine, running) {
  const folder = mkdtempSync(join(tmpdir(), 'duetto-compare-'));
  try {
    const resultFile = join(folder, 'result.json');
    const { stdout, stderr, end } = await spawnScript(file, engine, resultFile, running);
    const seen = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : { connections: [], objects: [], notes: [] };
    const run = lanesOf(seen);
    run.lanes['how it ended'] = [end];
    if (stdout) run.lanes['standard output'] = lines(stdout);
    if (stderr) run.lanes['standard error'] = lines(stderr);
    return run;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function requireScripts(files) {
  for (const file of files) if (!existsSync(file)) throw new UserError(`the script ${resolve(file)} is not there`);
}

/** @param running the processes that are alive, for Ctrl-C */
export async function compareScript(file, engines, { running, stopped }) {
  const runs = [[], []];
  const order = [0, 1];
  for (let round = 0; round < RUNS && !stopped(); round++) {
    for (const side of order) runs[side].push(await runOnce(resolve(file), engines[side], running));
    order.reverse();
    if (differingLanes(...runs).length === 0) break;
  }
  if (stopped()) return undefined;
  const differences = differingLanes(...runs);
  const seen = (side) => Object.keys(runs[side][0].lanes);
  return {
    name: basename(file),
    area: 'script',
    title: file,
    seen: { a: seen(0), b: seen(1) },
    differs: differences.length > 0,
    ...differences.length > 0 && { change: 'the script behaves otherwise', known: [], lanes: differences },
  };
}
