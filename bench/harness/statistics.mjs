export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians of one column over the rounds; the ratio is the median of the rounds' ratios, not the ratio of medians. */
export function compare(rounds, column) {
  if (rounds.some(({ ours, builtin }) => ours[column] === undefined || builtin[column] === undefined)) return undefined;
  const ratios = rounds.map(({ ours, builtin }) => ours[column] / builtin[column]);
  return {
    ours: median(rounds.map(({ ours }) => ours[column])),
    builtin: median(rounds.map(({ builtin }) => builtin[column])),
    ratio: median(ratios),
    lowestRatio: Math.min(...ratios),
    highestRatio: Math.max(...ratios),
  };
}
