// What the two nghttp2.h declare, and the security fixes that each engine lacks.

const missingFrom = (a, b) => b.filter((item) => !a.includes(item));
const constantName = (item) => item.split(' = ')[0];

export function compareApi([a, b]) {
  const added = missingFrom(a.api, b.api);
  const removed = missingFrom(b.api, a.api);
  const names = new Set(removed.map(constantName));
  const changed = added.filter((item) => item.includes(' = ') && names.has(constantName(item))).map((item) => ({
    name: constantName(item), a: removed.find((other) => constantName(other) === constantName(item)).split(' = ')[1], b: item.split(' = ')[1],
  }));
  const isChanged = (item) => changed.some(({ name }) => name === constantName(item));
  return { added: added.filter((item) => !isChanged(item)), removed: removed.filter((item) => !isChanged(item)), changed };
}

export function compareSecurity([a, b]) {
  const names = ({ missing }) => missing.map(({ cve }) => cve);
  return { fixed: missingFrom(names(b), names(a)), lost: missingFrom(names(a), names(b)), missing: { a: names(a), b: names(b) } };
}
