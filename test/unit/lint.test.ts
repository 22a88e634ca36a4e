// No use of what Node does not promise is left outside lib/node-internals/, and that room imports nothing from above.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));

function oxlint(cwd: string): { output: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(project, 'node_modules/oxlint/bin/oxlint'), '-f', 'unix'],
    { cwd, encoding: 'utf8' });
  return { output: stdout + stderr, status };
}

/** The rules that files with these texts break, in a project that has the rules of this one. */
function broken(files: Record<string, string>): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'duetto-lint-'));
  onTestFinished(() => { rmSync(folder, { recursive: true }); });
  for (const name of ['.oxlintrc.json', 'lint-rules.mjs']) copyFileSync(join(project, name), join(folder, name));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, 'lib', name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  const { output } = oxlint(folder);
  const found: Record<string, string[]> = {};
  for (const [, name, rule] of output.matchAll(/^lib\/(.+?):\d.*\[Error\/(.+?)\]$/gm)) (found[name!] ??= []).push(rule!);
  return found;
}

const beyond = {
  'property': 'export const a = (s: any) => s._readableState.ended;',
  'by-string': "export const a = (s: any) => s['_events'];",
  'taken-out': 'export const a = ({ _handle: handle }: any) => handle;',
  'type': 'export interface A { _writableState: unknown }',
  'defined': "export const a = (s: object) => Object.defineProperty(s, '_events', {});",
  'module': "import { Module } from 'node:module';\nexport const a = (Module as any)._load;",
  'symbols': 'export const a = Object.getOwnPropertySymbols;',
  'symbol': "export const a = (s: symbol) => s.description === 'kIsNodeError';",
  'list': 'export const a = (process as any).moduleLoadList;',
  'binding': "export const a = process.binding('http2');",
  'constructor': "import { Duplex } from 'node:stream';\nexport const a = Duplex as unknown as () => void;",
};

test('there is nothing to complain of', () => {
  expect(oxlint(project)).toEqual({ output: '', status: 0 });
});

test("what is Node's own affair is allowed in its room alone", () => {
  const found = broken(Object.fromEntries(Object.entries(beyond).flatMap(([name, text]) =>
    [[`session/${name}.ts`, text], [`node-internals/${name}.ts`, text]])));
  expect(found).toEqual(Object.fromEntries(Object.keys(beyond).map((name) => [`session/${name}.ts`, ['duetto(node-internals)']])));
});

test('what is to be overridden, what is public, and what is ours may be used', () => {
  expect(broken({ 'session/a.ts': 'export const a = (s: any) => [s._write, s._own, s.readableFlowing, process.report];' })).toEqual({});
});

test('the room imports nothing of the rooms above', () => {
  expect(broken({
    'node-internals/a.ts': "export { debug } from '../debugging.js';",
    'node-internals/b.ts': "export { constants } from '../constants.js';\nexport { c } from './c.js';",
  })).toEqual({ 'node-internals/a.ts': ['eslint(no-restricted-imports)'] });
});

test('what happens later says what it waits for, by the name of its queue', () => {
  const text = "import { setImmediate } from 'node:timers';\nexport const a = (f: () => void) => { process.nextTick(f); };\nexport const b = (f: () => void) => { setImmediate(f); };\n";
  expect(broken({ 'stream/a.ts': text, 'connection/dispatch.ts': text })).toEqual({ 'stream/a.ts': ['duetto(named-deferrals)', 'duetto(named-deferrals)'] });
});
