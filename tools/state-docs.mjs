#!/usr/bin/env node
// docs/states.md out of the tables in lib/stream/stream-state.ts and lib/session/session-state.ts.
//
//   node tools/state-docs.mjs           writes it (after `npm run build:ts`)
//
// A test holds the page and the tables together.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const ILLEGAL = 255;
const page = new URL('../docs/states.md', import.meta.url);

const intro = `# States

<!-- Written by \`node tools/state-docs.mjs\`: do not edit. -->

A stream has three lives that go on side by side: what this side sends, what the peer sends, and whether the stream is closed. A
session has one. Each changes by the table only (\`lib/stream/stream-state.ts\`, \`lib/session/session-state.ts\`), where every state and
every input has its comment. An empty cell is an input that must not come in that state: an error in tests
(\`DUETTO_STRICT_STATES=1\`), and without effect in production. Cells in italics are those in which nothing changes.

`;

/** One table, and its diagram. */
export function section(title, { states, inputs, table }) {
  const cell = (from, to) => to === ILLEGAL ? '' : to === from ? `*${states[to]}*` : states[to];
  const lines = [
    `## ${title}`, '',
    '```mermaid', 'stateDiagram-v2', `  [*] --> ${states[0]}`,
  ];
  const arrows = new Map();
  table.forEach((row, from) => row.forEach((to, input) => {
    if (to === ILLEGAL || to === from) return;
    const key = `${states[from]} --> ${states[to]}`;
    arrows.set(key, [...arrows.get(key) ?? [], inputs[input]]);
  }));
  for (const [arrow, names] of arrows) lines.push(`  ${arrow}: ${names.join(', ')}`);
  lines.push('```', '', `| | ${inputs.join(' | ')} |`, `|---${'|---'.repeat(inputs.length)}|`);
  table.forEach((row, from) => lines.push(`| **${states[from]}** | ${row.map((to) => cell(from, to)).join(' | ')} |`));
  return `${lines.join('\n')}\n`;
}

export function render({ streamStates, sessionStates }) {
  return intro + [
    section('A stream: what this side sends', streamStates.sending),
    section('A stream: what the peer sends', streamStates.receiving),
    section('A stream: whether it is closed', streamStates.closing),
    section('A session', sessionStates),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const require = createRequire(import.meta.url);
  const { streamStates } = require('../dist/stream/stream-state.js');
  const { sessionStates } = require('../dist/session/session-state.js');
  writeFileSync(page, render({ streamStates, sessionStates }));
  console.log(`written: ${fileURLToPath(page)}`);
}
