import { format } from 'node:util';
import { debug, debugging } from '../debugging.js';

interface Side {
  readonly type: number;
}

/** Sessions have numbers, so that their lines can be told apart. */
const numbers = new WeakMap<Side, number>();
let last = 0;

function nameOf(session: Side): string {
  let number = numbers.get(session);
  if (number === undefined) numbers.set(session, number = ++last);
  return `Http2Session ${session.type === 0 ? 'server' : 'client'} ${number}`;
}

function print(line: string): void {
  if (debug.enabled) debug('%s', line);
  else process.stderr.write(`HTTP2 ${process.pid}: ${line}\n`);
}

/** A line about a session. Not for what happens with every request. */
export function debugSession(session: Side, message: string, ...values: unknown[]): void {
  if (debugging()) print(`${nameOf(session)}: ${format(message, ...values)}`);
}

/** Frames, as the core has written them down: a line for each. */
export function debugFrames(session: Side, text: string): void {
  const name = nameOf(session);
  for (const line of text.split('\n')) if (line !== '') print(`${name}: ${line}`);
}
