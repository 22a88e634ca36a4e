// One line that says what an upgrade from A to B would mean.

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const percent = (ratio) => `${ratio >= 1 ? '+' : '-'}${Math.round(Math.abs(ratio - 1) * 100)}%`;

/** How often something was found that is called so. */
export function countChanges(differences) {
  const counts = new Map();
  for (const { change } of differences) counts.set(change, (counts.get(change) ?? 0) + 1);
  return counts;
}

function behaviour(report) {
  if (report.differences.length === 0) return report.played > 0 ? 'no difference in behaviour' : undefined;
  const harsh = report.differences.filter(({ change }) => change === 'ends the connection now').length;
  const scenarios = `${plural(report.differences.length, 'difference')} in ${plural(report.played, 'scenario')}`;
  return harsh ? `${scenarios}, ${harsh} of them end the connection where they did not before` : scenarios;
}

function security({ fixed, lost }) {
  return [fixed.length && `fixes ${fixed.join(', ')}`, lost.length && `LACKS ${lost.join(', ')}`].filter(Boolean).join(' and ');
}

function speed(bench) {
  const told = bench.filter(({ verdict }) => verdict === 'better' || verdict === 'worse');
  if (bench.length === 0) return undefined;
  if (told.length === 0) return 'no difference in speed or memory beyond noise';
  return told.map(({ name, ratio, verdict }) => `${name} ${percent(ratio.median)} (${verdict})`).join(', ');
}

function advice(report) {
  const { differences, security: { lost }, bench } = report;
  if (lost.length) return 'do not ship it';
  if (differences.some(({ change }) => change === 'ends the connection now')) return 'read the report before you ship it';
  if (differences.length || bench.some(({ verdict }) => verdict === 'worse')) return 'look at the differences before you ship it';
  return 'nothing speaks against it';
}

export function verdictOf(report) {
  const parts = [behaviour(report), security(report.security), speed(report.bench)].filter(Boolean);
  const broken = report.complete ? '' : ' (stopped before the end)';
  return `${report.a.id} to ${report.b.id}${broken}: ${parts.join('; ')}: ${advice(report)}.`;
}
