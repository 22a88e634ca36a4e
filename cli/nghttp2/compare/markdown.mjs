// The report as a page.

import { label } from './engines.mjs';
import { countChanges } from './verdict.mjs';

/** Lines of one lane's diff that are shown, and of unchanged lines around a change. */
const MOST_LINES = 24;
const CONTEXT = 1;

const code = (text) => `\`${String(text).replaceAll('`', "'")}\``;
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

/** The changed lines of a diff with a little around them. */
export function excerpt(diff) {
  const near = (index) => diff.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(([sign]) => sign !== ' ');
  const lines = [];
  let skipped = false;
  diff.forEach(([sign, line], index) => {
    if (!near(index)) {
      skipped = true;
      return;
    }
    if (skipped && lines.length) lines.push('  …');
    skipped = false;
    lines.push(`${sign} ${line.length > 220 ? `${line.slice(0, 220)}…` : line}`);
  });
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `  … ${lines.length - MOST_LINES} more lines`] : lines;
}

function differenceText({ title, name, outcome, change, known, lanes }) {
  const what = outcome && outcome.a !== outcome.b ? ` What it ends, with A: ${outcome.a}; with B: ${outcome.b}.` : '';
  const told = known.map(({ since, text }) => `\n> Since ${since}: ${text}\n`).join('');
  const parts = lanes.map(({ lane, diff, steady }) =>
    `${lane}${steady ? '' : ' (varies from run to run)'}:\n\n\`\`\`diff\n${excerpt(diff).join('\n')}\n\`\`\`\n`);
  return `#### ${title}\n\n${code(name)}: **${change}**.${what}\n${told}\n${parts.join('\n')}`;
}

function apiSection({ added, removed, changed }) {
  const list = (title, items) => items.length ? `${title}:\n\n${items.map((item) => `- ${code(item)}`).join('\n')}\n` : '';
  const values = changed.map(({ name, a, b }) => `${name}: ${a}, now ${b}`);
  return [list('Only in B', added), list('Only in A', removed), list('With another value', values)].filter(Boolean).join('\n') || 'The same in both.\n';
}

const amount = (value) => value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
const range = ({ median, low, high }, show) => `${show(median)} (${show(low)} to ${show(high)})`;
const ratioText = (value) => value.toFixed(2);

function benchSection(bench, how) {
  if (bench.length === 0) return 'Not measured.\n';
  const rows = bench.map((one) => one.error ? [one.name, '', '', '', '', `failed: ${one.error}`] : [
    `${one.name}, ${one.unit}`, range(one.a, amount), range(one.b, amount), range(one.ratio, ratioText),
    one.cpuRatio ? range(one.cpuRatio, ratioText) : '', one.verdict,
  ]);
  return `${how} Medians, with the lowest and the highest. Ratios are B to A, round by round; CPU is that of the measured process per request.\n\n` +
    `${table(['case', 'A', 'B', 'ratio', 'CPU ratio', ''], rows)}\n`;
}

function conformanceSection(conformance) {
  if (conformance.length === 0) return 'Not played.\n';
  const grades = ['as the RFC asks', 'stricter than the RFC', 'not as the RFC asks'];
  const count = (side, grade) => conformance.filter(({ rfc }) => rfc[side].grade === grade).length;
  const off = conformance.filter(({ rfc }) => [rfc.a, rfc.b].some(({ grade }) => grade !== grades[0]));
  const counts = table(['', 'A', 'B'], grades.map((grade) => [grade, count('a', grade), count('b', grade)]));
  const rows = off.map(({ title, rfc }) => [title, rfc.expected.join(' or '), rfc.a.outcome, rfc.b.outcome]);
  return `${counts}\n\n${rows.length ? `Where one of them does otherwise:\n\n${table(['RFC 9113', 'expected', 'A', 'B'], rows)}\n` : ''}`;
}

function behaviourSection(differences) {
  if (differences.length === 0) return 'None.\n';
  const summary = [...countChanges(differences)].map(([change, count]) => `- ${change}: ${count}`).join('\n');
  return `${summary}\n\n${differences.map(differenceText).join('\n')}`;
}

export function markdownOf(report) {
  const { a, b, complete, date, node, verdict, differences, security } = report;
  const by = (area) => differences.filter((one) => one.area === area);
  const lacks = (side) => security.missing[side].join(', ') || 'none known';
  return `# nghttp2 ${a.id} to ${b.id}

**${verdict}**

A is nghttp2 ${label(a)}, B is ${label(b)}; ${date}, Node ${node}.${complete ? '' : ' The comparison was stopped before its end.'}
Security fixes missing, as known on ${security.asOf}: A ${lacks('a')}; B ${lacks('b')}.

## API of the library

${apiSection(report.api)}
## Defaults

${behaviourSection(by('defaults'))}
## Behaviour

Of ${report.played} scenarios with both engines, ${report.differences.length} came out differently. "Ends the connection" means GOAWAY with
an error, "ends the stream" RST_STREAM. Frames are those that the engine sent.

${behaviourSection(by('behaviour'))}
## Conformance

${conformanceSection(report.conformance)}
${behaviourSection(by('conformance'))}
## Limits

${behaviourSection(by('limits'))}
${report.scripts.length ? `## Your scripts

${report.scripts.map(({ title, differs }) => `- ${code(title)}: ${differs ? 'differs' : 'the same on both'}`).join('\n')}

${behaviourSection(by('script'))}` : ''}
## Speed and memory

${benchSection(report.bench, report.benchHow)}`;
}
