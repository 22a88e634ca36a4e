import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as path from 'node:path';
import * as threads from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

// A worker takes over the flags of its process, unless its maker gives others; and there are none to take over if the
// program itself required duetto/register. In both cases the flag is added.

/** Flags that say what code runs first and how it is found: those that a worker cannot do without. */
const LOADING = /^(?:-r|-C|--require|--import|--conditions|--loader|--experimental-loader)(?:=|$)/;
/** Not `--import`: a worker made with `eval` does not wait for that. */
const PRELOADING = /^(?:-r|--require)(?:=|$)/;

type WorkerClass = typeof threads.Worker;

/** The flags that match, each with its value. */
function pick(flags: readonly string[], pattern: RegExp): [flag: string, value: string | undefined][] {
  const picked: [string, string | undefined][] = [];
  flags.forEach((flag, index) => {
    if (!pattern.test(flag)) return;
    const at = flag.indexOf('=');
    picked.push(at < 0 ? [flag, flags[index + 1]] : [flag.slice(0, at), flag.slice(at + 1)]);
  });
  return picked;
}

function preloads(flags: readonly string[], file: string): boolean {
  const resolve = createRequire(path.join(process.cwd(), 'x')).resolve;
  return pick(flags, PRELOADING).some(([, value]) => {
    try {
      return value !== undefined && resolve(value) === file;
    } catch {
      return false;
    }
  });
}

/** Lets every worker of this thread, and theirs, load `file` first. */
export function passOnToWorkers(file: string): void {
  const flag = ['--require', file];
  let inherited: boolean | undefined;

  function construct(Worker: WorkerClass, args: [string | URL, WorkerOptions?], target: Function): object {
    const [script, options] = args;
    const make = (execArgv: string[]): object =>
      Reflect.construct(Worker, [script, { ...options, execArgv }], target) as object;

    if (Array.isArray(options?.execArgv)) return make([...flag, ...options.execArgv]);
    inherited ??= preloads([...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)], file);
    if (inherited) return Reflect.construct(Worker, args, target) as object;
    try {
      return make([...flag, ...process.execArgv]);
    } catch (error) {
      // Some flags are the process's alone; inherited they are ignored, given they are an error.
      if ((error as { code?: unknown }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
      const loading = pick(process.execArgv, LOADING).flat().filter((part) => part !== undefined);
      return make([...flag, ...loading]);
    }
  }

  const Original = threads.Worker;
  const Passing: WorkerClass = new Proxy(Original, {
    construct: (Worker, args, target): object =>
      construct(Worker, args as [string, WorkerOptions?], target === Passing ? Worker : target),
  });
  (require('node:worker_threads') as { Worker: WorkerClass }).Worker = Passing;
  // ES modules import the names of built-in modules as copies.
  syncBuiltinESMExports();
}
