// docs/adopt.md and the programs of test/programs/ say the same.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const document = read('docs/adopt.md');
const scripts = readdirSync(new URL('../programs/scripts', import.meta.url)).sort();
const { dependencies } = JSON.parse(read('test/programs/package.json')) as { dependencies: Record<string, string> };

/** What is no adopter: of these the Node, the process or the tool is what matters. */
const others = ['chromium', 'cluster', 'jest', 'loaders', 'proxy', 'threads'].map((name) => `${name}.mjs`);

/** What users have to write for themselves: the examples import other names, from other places. */
const isImport = (line: string) => line.startsWith('import ');
const linesOf = (text: string) => text.split('\n').map((line) => line.trim());

interface Row { adopter: string; tried: string; how: string; script: string }
const rows: Row[] = [];
for (const line of document.split('\n')) {
  const [, adopter, tried, how, example] = line.split('|').map((cell) => cell.trim());
  const script = /\(\.\.\/test\/programs\/scripts\/([^)]+)\)/.exec(example ?? '')?.[1];
  if (script !== undefined) rows.push({ adopter: adopter || rows.at(-1)!.adopter, tried: tried!, how: how!, script });
}

describe('docs/adopt.md', () => {
  test('has every program of a library, and no other', () => {
    expect([...rows.map(({ script }) => script), ...others].sort()).toEqual(scripts);
  });

  test('names every adopter that was asked for', () => {
    const names = new Set(rows.map(({ adopter }) => /^\[(.+)\]\(#/.exec(adopter)?.[1]));
    expect([...names]).toEqual(['Fastify', 'Express', 'Koa', 'Hono', 'NestJS', 'Next', 'Vite', 'webpack-dev-server', 'grpc-js', 'connect-node', 'undici',
      'got and http2-wrapper', 'node-apn', 'AWS SDK']);
  });

  test.each(rows)('$script: the way, the library and the version that were tried', ({ tried, how, script }) => {
    expect(how.startsWith('option')).toBe(script.endsWith('.option.mjs'));
    expect(how === 'register').toBe(!script.endsWith('.option.mjs'));
    const text = read(`test/programs/scripts/${script}`);
    const versions = [...tried.matchAll(/`(.+?)@([\d.]+)`/g)];
    expect(versions).not.toEqual([]);
    for (const [, name, version] of versions) {
      const found = Object.entries(dependencies).filter(([key, value]) => (key === name && value === version) || value === `npm:${name}@${version}`);
      // What is not installed in CI is named where it is said how to.
      if (found.length === 0) expect(read('test/programs/README.md')).toContain(` ${name}@${version} `);
      const imported = [name!, ...found.map(([key]) => key)];
      expect(imported.some((key) => text.includes(`from '${key}`) || text.includes(`import('${key}')`)), name!).toBe(true);
    }
    expect(text.includes('http2 }') || /\bhttp2,/.test(text), 'it is given a module').toBe(script.endsWith('.option.mjs'));
  });

  const sections = document.split('\n## ').slice(1).map((text) => ({ title: text.split('\n')[0]!, text }));

  test('has a section for every adopter', () => {
    const titles = new Set(rows.map(({ adopter }) => adopter));
    expect(sections.map(({ title }) => `[${title}](#${title.toLowerCase().replaceAll(' ', '-')})`)).toEqual([...titles]);
  });

  test.each(sections)('$title: its lines are those of the examples', ({ title, text }) => {
    const own = rows.filter(({ adopter }) => adopter.startsWith(`[${title}]`)).map(({ script }) => linesOf(read(`test/programs/scripts/${script}`)).join('\n'));
    for (const [, block] of text.matchAll(/```js\n(.*?)```/gs)) {
      for (const part of block!.trim().split('\n\n')) {
        const lines = linesOf(part).filter((line) => !isImport(line)).join('\n');
        expect(own.some((script) => script.includes(lines)), lines).toBe(true);
      }
    }
  });
});
