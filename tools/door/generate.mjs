#!/usr/bin/env node
// Makes both halves of the door, and its page, out of definition.mjs:
//
//   npm run generate:door               writes what has changed
//   npm run generate:door -- --check    says what would, and fails if there is something
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enums, pairs, records, reportedSettings, stats } from './definition.mjs';

export const project = resolve(import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url)), '..', '..');

const byName = Object.fromEntries(enums.map((one) => [one.name, one]));
const NOTICE = 'Made by tools/door/generate.mjs of tools/door/definition.mjs: change that, and run "npm run generate:door".';

/** What both halves have to agree in, without documentation. */
function structure() {
  const names = (members) => members.map(([name, , more]) => [name, more ?? null]);
  return {
    enums: enums.map(({ name, from, bits, members }) => [name, from ?? 0, bits ?? false, members.map(([member]) => member)]),
    records: records.map(({ name, fields, follows }) => [name, fields, follows?.ints?.count ?? null, follows?.ints?.each ?? 1, follows?.bytes ?? []]),
    stats: Object.entries(stats).map(([name, { members }]) => [name, names(members)]),
    reportedSettings,
    pairs: pairs.map((row) => row.slice(0, 2)),
  };
}

export const hash = createHash('sha256').update(JSON.stringify(structure())).digest('hex').slice(0, 16);

const numbers = ({ from = 0, bits, members }) => members.map((_, i) => bits ? 2 ** i : from + i);

/** Integers that a field takes: `reported` stands for the values of all reported settings. */
const width = (field) => field === 'reported' ? reportedSettings.length : 1;
const fixedInts = ({ fields }) => fields.reduce((sum, field) => sum + width(field), 0);
/** Where the integer of a field lies, counted from the record's type. */
const offsetOf = ({ fields }, name) => 1 + fields.slice(0, fields.indexOf(name)).reduce((sum, field) => sum + width(field), 0);

/** Of all statistics name, position and documentation; and the marks between their groups. */
function statPositions() {
  const all = [];
  const marks = {};
  let at = 0;
  for (const [group, { doc, members }] of Object.entries(stats)) {
    if (group === 'environment') at = marks.gauges;
    members.forEach(([name, text, slots], i) => {
      all.push({ group, doc: i === 0 ? doc : undefined, name, text, at });
      at += slots === undefined ? 1 : byName[slots].members.length;
    });
    marks[group] = at;
  }
  return { all, marks };
}

function wrap(text, lead, limit = 100) {
  const lines = [];
  let line = lead;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > limit && line !== lead) {
      lines.push(line);
      line = lead;
    }
    line += (line === lead ? '' : ' ') + word;
  }
  return [...lines, line].join('\n');
}

function recordDoc({ doc, fields, follows }) {
  const more = [follows?.ints && `then ${follows.ints.doc}`, follows?.bytes && `bytes: ${follows.bytes.join(', ')}`].filter(Boolean);
  return `${doc} ${[fields.join(', '), ...more].join('; ')}`;
}

export function header() {
  const { all, marks } = statPositions();
  const out = [
    `// ${NOTICE}`,
    '// What the two halves of duetto tell each other, in docs/records.md in one piece.',
    '#ifndef DUETTO_CORE_RECORDS_H_', '#define DUETTO_CORE_RECORDS_H_', '',
    '#include <cstddef>', '#include <cstdint>', '#include <iterator>', '', 'namespace duetto {', '',
    '// Of all that follows; lib/binding/records.ts has the same one, or the addon is refused.',
    `inline constexpr char kDoorHash[] = "${hash}";`, '',
  ];
  for (const one of enums) {
    const values = numbers(one);
    out.push(wrap(one.doc, '// '), `enum ${one.name} : int32_t {`);
    one.members.forEach(([name, doc], i) => {
      if (doc) out.push(wrap(doc, '  // '));
      out.push(`  ${one.prefix}${name} = ${values[i]},`);
    });
    if (one.end) out.push(`  ${one.prefix}${one.end} = ${one.members.length},`);
    out.push('};', '');
  }
  out.push('// What happened; the fields are integers.', 'enum Record : int32_t {');
  records.forEach((one, i) => out.push(wrap(recordDoc(one), '  // '), `  k${one.name} = ${i + 1},`));
  out.push('};', '', '// Integers that the fields of a record take, without what follows them.', 'template <Record>', 'inline constexpr size_t kFieldInts = 0;');
  for (const one of records) out.push('template <>', `inline constexpr size_t kFieldInts<k${one.name}> = ${fixedInts(one)};`);
  out.push(
    '', '// Integers of a whole record, its type included; 0 if its type is unknown.',
    'inline size_t ints_of_record(const int32_t* record) {', '  switch (record[0]) {');
  for (const [size, members] of groupBySize()) {
    for (const one of members) out.push(`    case k${one.name}:`);
    out.push(`      return ${size('record')};`);
  }
  out.push('    default:', '      return 0;', '  }', '}', '');
  out.push(
    '// Identifiers of the settings whose values come with kSettings and kSettingsAck (RFC 9113,', '// section 6.5.2; RFC 8441, section 3).',
    `inline constexpr int32_t kReportedSettings[] = {${reportedSettings.join(', ')}};`, '',
    '// In place of the number of a name or a value: its bytes follow.', 'inline constexpr int32_t kLiteral = -1;', '');
  out.push('// Positions in the array of numbers that tells how a session, or all of them, are.', 'enum StatIndex : size_t {');
  for (const { group, doc, name, text, at } of all) {
    if (doc) out.push(wrap(`-- ${group}: ${doc}`, '  // '));
    if (text) out.push(wrap(text, '  // '));
    out.push(`  kStat${name} = ${at},`);
  }
  out.push(
    `  kCounterCount = ${marks.counters},`, `  kStatGaugeEnd = ${marks.gauges},`, `  kStatCount = ${marks.session},`,
    `  kStatTotalCount = ${marks.environment},`, '};', '', '}  // namespace duetto', '', '#endif  // DUETTO_CORE_RECORDS_H_', '');
  return out.join('\n');
}

/** Records that are equally long share a case. Each has a function from a record's name to an expression. */
function groupBySize() {
  const groups = new Map();
  for (const one of records) {
    const fixed = 1 + fixedInts(one);
    const { count, each = 1 } = one.follows?.ints ?? {};
    const key = `${fixed} ${count ? offsetOf(one, count) : ''} ${each}`;
    if (!groups.has(key)) {
      const size = (record, at = (i) => `static_cast<size_t>(${record}[${i}])`) =>
        count === undefined ? String(fixed) : `${fixed} + ${each === 1 ? '' : `${each} * `}${at(offsetOf(one, count))}`;
      groups.set(key, [size, []]);
    }
    groups.get(key)[1].push(one);
  }
  return [...groups.values()];
}

export function reader() {
  const { all, marks } = statPositions();
  const out = [
    `// ${NOTICE}`,
    '// The half of native/core/records.h that reads; docs/records.md has all in one piece.', '',
    '/** Of all that follows; the addon has the same one, or is refused. */',
    `export const DOOR_HASH = '${hash}';`, '',
  ];
  for (const one of enums) {
    const values = numbers(one);
    out.push(`/** ${one.doc} */`, `export const enum ${one.name} {`);
    one.members.forEach(([name, doc], i) => {
      if (doc) out.push(`  /** ${doc} */`);
      out.push(`  ${name} = ${values[i]},`);
    });
    if (one.end) out.push(`  ${one.end} = ${one.members.length},`);
    out.push('}', '');
  }
  out.push('/** What each limit counts, and the option that sets it. */', 'export const limitNames: { readonly [limit: number]: readonly [name: string, option: string] } = {');
  for (const [name, doc, option] of byName.Limit.members) if (option) out.push(`  [Limit.${name}]: ['${doc}', '${option}'],`);
  out.push('};', '', '/** What happened, and the fields that follow. */', 'export const enum Record {');
  records.forEach((one, i) => out.push(wrap(recordDoc(one), '   * ', 128).replace(/^ {3}\* (.*)$/s, (whole, text) => text.includes('\n') ? `  /**\n   * ${text}\n   */` : `  /** ${text} */`), `  ${one.name} = ${i + 1},`));
  out.push('}', '', `const recordNames = [${records.map(({ name }) => `'${name}'`).join(', ')}];`.replace(/(.{100,130}?) /g, '$1\n  '), '');
  out.push(
    '/** How many settings have their values in a record. */', `export const REPORTED_SETTINGS = ${reportedSettings.length};`, '',
    '/** Their identifiers, in the order of the values. */', `export const reportedSettings: readonly number[] = [${reportedSettings.join(', ')}];`, '',
    '/** Positions in the array of numbers that tells how a session, or all of them, are. */', 'export const enum Stat {');
  for (const { group, doc, name, text, at } of all) {
    if (doc) out.push(`  // -- ${group}: ${doc}`);
    if (text) out.push(`  /** ${text} */`);
    out.push(`  ${name} = ${at},`);
  }
  out.push(`  Count = ${marks.session},`, `  TotalCount = ${marks.environment},`, '}', '');
  out.push(
    '/**', ' * Integers of a record, its type included.', ' *', ' * @throws for a record of a type that this code does not know', ' */',
    'export function sizeOfRecord(ints: Int32Array, at: number): number {', '  switch (ints[at]) {');
  for (const [size, members] of groupBySize()) {
    for (const one of members) out.push(`    case Record.${one.name}:`);
    out.push(`      return ${size('ints', (i) => `ints[at + ${i}]!`)};`);
  }
  out.push('    default:', '      throw unknownRecord(ints, at);', '  }', '}', '');
  out.push(
    '/** The error for a record that nobody here reads. */', 'export function unknownRecord(ints: Int32Array, at: number): Error {',
    '  const type = ints[at]!;', '  const name = recordNames[type - 1];',
    "  return new Error(`duetto: a record of type ${type} (${name ?? 'unknown'}) at ${at} of a batch is none that can be read here`);", '}', '');
  return out.join('\n');
}

export function page() {
  const { all, marks } = statPositions();
  const table = (head, rows) => [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.join(' | ')} |`)];
  const out = [
    '# Records', '',
    `<!-- ${NOTICE} -->`, '',
    'What the addon and the library tell each other, for those who work on duetto: [architecture.md](architecture.md) says how.',
    'All of this is internal and may change with any version. Both halves have a hash of it, and an addon with another one is',
    `refused when it is loaded; this one is \`${hash}\`.`, '',
    '## The batch', '',
    'A run of 32-bit integers and a run of bytes. The integers begin with a header; then come records, each with its type and',
    'its fields, an integer each. Bytes are in the order of the records that they belong to.', '',
  ];
  const section = ({ name, doc, end, members, ...one }, { title = name, third } = {}) => {
    const values = numbers({ members, ...one });
    out.push(`${title === name ? '## ' : '### '}${name}`, '', doc, '', ...table(
      third ? ['number', 'name', 'what', third] : ['number', 'name', 'what'],
      members.map(([member, text, more], i) => third ? [values[i], member, text, more ? `\`${more}\`` : ''] : [values[i], member, text])), '');
  };
  section(byName.BatchHeader);
  out.push('## Record', '', ...table(['type', 'name', 'fields', 'what follows', 'meaning'], records.map(({ name, fields, follows, doc }, i) => [
    i + 1, name, fields.join(', '),
    [follows?.ints && `integers: ${follows.ints.doc}`, follows?.bytes && `bytes: ${follows.bytes.join(', ')}`].filter(Boolean).join('; '), doc,
  ])), '');
  out.push(
    `\`reported\` stands for ${reportedSettings.length} integers: the values of the settings ${reportedSettings.join(', ')}, in this order. A reader that meets a type which it does`,
    'not know cannot tell where the next record begins, and throws an error that names the type.', '',
    '### Names and values of a Headers record', '', ...table(['of', 'integers', 'meaning'], pairs), '');
  for (const one of enums) if (one.name !== 'BatchHeader') section(one, one.name === 'Limit' ? { third: 'option' } : {});
  out.push('## Statistics', '', `Positions in the array that \`stats\` fills: ${marks.session} numbers of a session, ${marks.environment} of an environment.`, '');
  for (const [group, { doc }] of Object.entries(stats)) {
    out.push(`### ${group}`, '', doc, '', ...table(['position', 'name', 'what'], all.filter((one) => one.group === group).map(({ at, name, text }) => [at, name, text])), '');
  }
  return `${out.join('\n').trimEnd()}\n`;
}

/** What is made, by its path in the project. */
export const outputs = { 'native/core/records.h': header, 'lib/binding/records.ts': reader, 'docs/records.md': page };

/** Paths of those that are not as they would be made now. */
export function stale() {
  return Object.entries(outputs).filter(([file, make]) => {
    try {
      return readFileSync(join(project, file), 'utf8') !== make();
    } catch {
      return true;
    }
  }).map(([file]) => file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = stale();
  if (process.argv.includes('--check')) {
    for (const file of files) console.error(`${file} is not what tools/door/definition.mjs says: npm run generate:door`);
    process.exitCode = files.length > 0 ? 1 : 0;
  } else {
    for (const file of files) {
      writeFileSync(join(project, file), outputs[file]());
      console.log(`wrote ${file}`);
    }
  }
}
