// The report as it is printed: what differs, in a line or a few each.

const SHOWN = 4;

const amount = (value) => value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

const AREAS = { defaults: 'Defaults', behaviour: 'Behaviour', conformance: 'Conformance', limits: 'Limits', script: 'Your scripts' };

/** The lines that changed first, of the lane that says most: frames before events before the rest. */
function gist(lanes) {
  const rank = ({ lane }) => lane.startsWith('frames') ? 0 : lane.startsWith('events') ? 2 : 1;
  const [first] = [...lanes].sort((x, y) => rank(x) - rank(y));
  const changed = first.diff.filter(([sign]) => sign !== ' ');
  const lines = changed.slice(0, SHOWN).map(([sign, line]) => `      ${sign} ${line.length > 110 ? `${line.slice(0, 110)}…` : line}`);
  return changed.length > SHOWN ? [...lines, `      … ${changed.length - SHOWN} more`] : lines;
}

function areaText(area, differences) {
  const ours = differences.filter((one) => one.area === area);
  if (ours.length === 0) return [];
  return [`\n${AREAS[area]}`, ...ours.flatMap(({ title, change, known, lanes }) => [
    `  ${title}: ${change}`, ...known.map(({ since, text }) => `      (since ${since}: ${text})`), ...gist(lanes),
  ])];
}

function benchText(bench) {
  if (bench.length === 0) return [];
  return ['\nSpeed and memory (B to A)', ...bench.map((one) => one.error ? `  ${one.name.padEnd(14)} failed: ${one.error}` :
    `  ${one.name.padEnd(14)} ${amount(one.a.median).padStart(9)} → ${amount(one.b.median).padStart(9)} ${one.unit.padEnd(11)} ` +
    `ratio ${one.ratio.median.toFixed(2)} (${one.ratio.low.toFixed(2)} to ${one.ratio.high.toFixed(2)})  ${one.verdict}`)];
}

export function terminalText(report) {
  const { api, differences } = report;
  const apiLines = [...api.added.map((item) => `  + ${item}`), ...api.removed.map((item) => `  - ${item}`),
    ...api.changed.map(({ name, a, b }) => `  ${name}: ${a}, now ${b}`)];
  return [
    ...apiLines.length ? ['API of the library', ...apiLines] : [],
    ...Object.keys(AREAS).flatMap((area) => areaText(area, differences)),
    ...benchText(report.bench),
    '',
    report.verdict,
  ].join('\n');
}
