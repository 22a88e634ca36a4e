// Where a file or a class is large, a second concern has often moved in. One that is large for a reason says so in its first
// lines: "Longer than 350 lines since ...", "More than 15 fields since ..." above the class, or that it is generated.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-oldest';
import { describe, expect, test } from 'vitest';
import { project } from '../helpers/child.ts';

const MOST_LINES = 350;
const MOST_FIELDS = 15;
const FOLDERS = ['lib', 'native', 'cli', 'deps', 'tools', 'test', 'bench'];
/** Neither ours nor read by anybody: what is downloaded, and what is installed for tests. */
const NOT_OURS = /^(deps\/(nghttp2|download)|test\/(nodes|package)\/installed|bench\/results)\/|(^|\/)node_modules\//;
const SOURCE = /\.([mc]?[jt]s|cc|c|h|py)$/;

const files = FOLDERS.flatMap((folder) => readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
  .map(({ parentPath, name }) => join(parentPath, name).slice(join(project, '/').length).replaceAll('\\', '/')))
  .filter((file) => !NOT_OURS.test(file));
const textOf = (file: string) => readFileSync(join(project, file), 'utf8');

/** What the first lines say; the reason is to be found before what it excuses. */
const head = (text: string) => text.split('\n', 10).join('\n');
const isExplained = (text: string) => /^(\/\/|#| ?\*).*(\bLonger than 350 lines since \w|\bMade by tools\/)/m.test(head(text));

interface Class { name: string; fields: number; comment: string }

/** A field is what is declared, and a parameter of the constructor that becomes one. */
function classesOf(text: string): Class[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2022, true);
  const found: Class[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      const parameters = node.members.filter(ts.isConstructorDeclaration).flatMap(({ parameters }) => [...parameters]).filter((one) => one.modifiers?.length);
      const isStatic = (one: ts.PropertyDeclaration) => one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
      const declared = node.members.filter(ts.isPropertyDeclaration).filter((one) => !isStatic(one));
      found.push({ name: node.name?.text ?? 'a class', fields: declared.length + parameters.length, comment: text.slice(node.getFullStart(), node.getStart()) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const tooLong = (text: string) => text.split('\n').length - 1 > MOST_LINES && !isExplained(text);
const tooMany = (text: string) => classesOf(text)
  .filter(({ fields, comment }) => fields > MOST_FIELDS && !/\bMore than 15 fields since \w/.test(comment)).map(({ name, fields }) => `${name}: ${fields}`);

describe('what is measured', () => {
  const lines = (n: number) => '\n'.repeat(n);
  const fields = (n: number) => Array.from({ length: n }, (_, i) => `  declare _${i}: number;\n`).join('');

  test('the length of a file, unless its head has the reason', () => {
    expect(tooLong(lines(MOST_LINES))).toBe(false);
    expect(tooLong(lines(MOST_LINES + 1))).toBe(true);
    expect(tooLong(`// Longer than 350 lines since a table is.${lines(MOST_LINES + 1)}`)).toBe(false);
    expect(tooLong(`${lines(MOST_LINES)}// Longer than 350 lines since a table is.\n`)).toBe(true);
  });

  test('the fields of a class, however they are declared', () => {
    expect(tooMany(`class A {\n${fields(MOST_FIELDS)}}`)).toEqual([]);
    expect(tooMany(`class A {\n${fields(MOST_FIELDS)}  #own = 1;\n}`)).toEqual(['A: 16']);
    expect(tooMany(`class A {\n${fields(MOST_FIELDS)}  constructor(readonly more: number, other: string) {}\n}`)).toEqual(['A: 16']);
    expect(tooMany(`class A {\n${fields(MOST_FIELDS)}  static one = 1;\n  get two() { return 2; }\n}`)).toEqual([]);
    expect(tooMany(`/** More than 15 fields since it is a record. */\nclass A {\n${fields(16)}}`)).toEqual([]);
  });

  test('all rooms', () => {
    expect(FOLDERS.filter((folder) => !files.some((file) => file.startsWith(`${folder}/`)))).toEqual([]);
    expect(files.length).toBeGreaterThan(300);
  });
});

test(`no file has more than ${MOST_LINES} lines without a reason`, () => {
  const found = files.filter((file) => tooLong(textOf(file)));
  expect(found).toEqual([]);
});

test(`no class of lib/ has more than ${MOST_FIELDS} fields without a reason`, () => {
  const found = files.filter((file) => /^lib\/.*\.m?ts$/.test(file)).flatMap((file) => tooMany(textOf(file)).map((what) => `${file} ${what}`));
  expect(found).toEqual([]);
});
