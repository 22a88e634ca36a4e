// For `node --require duetto/register` and `node --import duetto/register`: whoever asks for http2 gets duetto.

import { isMainThread } from 'node:worker_threads';
import { debugging } from '../debugging.js';
import { isLoaded } from '../node-internals/loaded-modules.js';
import { replacePerformanceObserver } from './perf-hooks.js';
import { redirectCommonJs, redirectEsModules } from './redirect.js';
import { passOnToWorkers } from './workers.js';

interface Duetto {
  readonly PerformanceObserver: unknown;
  readonly nghttp2: { readonly version: string };
}

function announce(nghttp2: string): void {
  const { version } = require('../../package.json') as { version: string };
  process.stderr.write(`duetto: http2 is duetto ${version}, nghttp2 ${nghttp2}\n`);
}

/** Whether somebody has the built-in module already: ES modules get theirs before any of their code runs. */
function isLate(): boolean {
  return isLoaded('http2') === true;
}

function register(): void {
  if (isLate()) {
    process.emitWarning(
      'http2 was loaded before duetto/register, and whoever has it keeps the built-in one. Static imports of a module come before ' +
      'its code: start Node with --import duetto/register or --require duetto/register', { type: 'DuettoWarning', code: 'DUETTO_LATE' });
  }
  let duetto: Duetto;
  try {
    duetto = require('../index.js') as Duetto;
  } catch (error) {
    // Going on with node:http2 would be a silent downgrade.
    process.stderr.write(`duetto/register: cannot take the place of http2.\n${(error as Error).message}\n`);
    process.exit(1);
  }
  redirectCommonJs(duetto);
  redirectEsModules(module.isPreloading);
  replacePerformanceObserver(duetto.PerformanceObserver);
  passOnToWorkers(__filename);
  if (debugging() && isMainThread) announce(duetto.nghttp2.version);
}

register();
