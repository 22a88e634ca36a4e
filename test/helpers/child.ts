import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const project = resolve(import.meta.dirname, '..', '..');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves when the process has ended and all its output is here. */
  readonly ended: Promise<Outcome>;
  /** The first match in the output so far or to come; rejects if the process ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a program without a shell. A process that outlives `timeout` milliseconds is killed. */
export function start(
  command: string, args: string[], { env, timeout = 60_000, input }: { env?: NodeJS.ProcessEnv; timeout?: number; input?: Uint8Array } = {},
): Child {
  const child = spawn(command, args, { cwd: project, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
  child.stdin.on('error', () => {}); // a program need not read all
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  ended.catch(() => {});
  return {
    process: child,
    ended,
    printed: (pattern) => new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match);
      };
      child.stdout.on('data', look);
      look();
      ended.then(
        (outcome) => reject(new Error(`no ${pattern} before ${JSON.stringify(outcome)}`)),
        reject,
      );
    }),
  };
}

/** Runs a program to its end. */
export function run(command: string, args: string[], options?: Parameters<typeof start>[2]): Promise<Outcome> {
  return start(command, args, options).ended;
}

/** Runs JavaScript in a process of its own, CommonJS, with `duetto` and `print` in scope. */
export function runScript(script: string, options?: Parameters<typeof start>[2] & { flags?: string[] }): Promise<Outcome> {
  return start(process.execPath, [...options?.flags ?? [], '-e', prelude + script], options).ended;
}

const prelude = `
'use strict';
const duetto = require(${JSON.stringify(resolve(project, 'dist', 'index.js'))});
const print = (value) => console.log(JSON.stringify(value));
`;

/** Where a program is, or undefined. */
export function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/sbin'];
  return folders.map((folder) => resolve(folder, program)).find((path) => existsSync(path));
}

/** Debian's Python, which has the packages that apt installs; whichever python3 comes first in PATH may not. */
export function pythonWith(module: string): string | undefined {
  return ['/usr/bin/python3', find('python3')].find((python) =>
    python !== undefined && spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0);
}
