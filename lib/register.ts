// For `node --require duetto/register` and `node --import duetto/register`: whoever asks for http2 gets duetto.

import { isMainThread } from 'node:worker_threads';
import { replacePerformanceObserver } from './register/perf-hooks.js';
import { redirectCommonJs, redirectEsModules } from './register/redirect.js';
import { passOnToWorkers } from './register/workers.js';

function announce(): void {
  const { native } = require('./binding/load.js') as typeof import('./binding/load.js');
  const { version } = require('../package.json') as { version: string };
  process.stderr.write(`duetto: http2 is duetto ${version}, nghttp2 ${native.version}\n`);
}

function register(): void {
  let duetto: { readonly PerformanceObserver: unknown };
  try {
    duetto = require('./index.js') as typeof duetto;
  } catch (error) {
    // Going on with node:http2 would be a silent downgrade.
    process.stderr.write(`duetto/register: cannot take the place of http2.\n${(error as Error).message}\n`);
    process.exit(1);
  }
  redirectCommonJs(duetto);
  redirectEsModules();
  replacePerformanceObserver(duetto.PerformanceObserver);
  passOnToWorkers(__filename);
  const { debugging } = require('./observe/debug.js') as typeof import('./observe/debug.js');
  if (debugging() && isMainThread) announce();
}

register();
