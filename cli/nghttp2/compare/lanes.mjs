// What was seen in one run, as lanes: a name and the lines in their order. Within a lane order counts; between lanes it is a
// matter of timing.

import { decode, linesOf, outcomeOf, SETTLING } from './wire.mjs';

/** The frames that an end sent are its engine's; what it received are its peer's, and said on the other side. */
function wireLanes(connections, add) {
  const decoded = connections.map(decode);
  const counts = { client: 0, server: 0 };
  for (const { role, sent } of decoded) {
    counts[role]++;
    add(`frames sent by the ${role}${counts[role] > 1 ? ` on connection ${counts[role]}` : ''}`, linesOf(sent));
  }
  return decoded;
}

function eventLanes(objects, add) {
  const unnamed = {};
  for (const { kind, id, owner, events, lost } of objects) {
    const whose = owner ? `${owner.role}${owner.number > 1 ? ` ${owner.number}` : ''}` : '';
    let name = kind === 'session' ? `events of the ${whose}'s session`
      : kind === 'server' ? 'events of the server' : `events of the ${whose ? `${whose}'s ` : ''}${kind} ${id ?? 'without an id'}`;
    // Two of the same name are told apart by their order.
    unnamed[name] = (unnamed[name] ?? 0) + 1;
    if (unnamed[name] > 1) name += ` (${unnamed[name]})`;
    const told = events.filter(([event, values]) => event !== 'ping' || values !== `<${SETTLING}>`);
    add(name, [...told.map(([event, values]) => values ? `${event}: ${values}` : event), ...lost ? [`and ${lost} more`] : []]);
  }
}

/** @returns lanes by name, and what the engine's answers came to */
export function lanesOf({ connections, objects, notes }) {
  const lanes = {};
  const add = (name, lines) => { if (lines.length) lanes[name] = lines; };
  const decoded = wireLanes(connections, add);
  eventLanes(objects, add);
  for (const [name, value] of notes) (lanes[name] ??= []).push(value);
  const outcomes = decoded.map(({ sent }) => outcomeOf(sent));
  const worst = outcomes.find(({ scope }) => scope === 'connection') ?? outcomes.find(({ scope }) => scope === 'stream') ?? { scope: 'nothing' };
  return { lanes, outcome: worst };
}

/** The runs of both engines, lane by lane: those in which no run of one is like any run of the other. */
export function differingLanes(runsA, runsB) {
  const names = new Set([...runsA, ...runsB].flatMap(({ lanes }) => Object.keys(lanes)));
  const differing = [];
  for (const name of names) {
    const variants = (runs) => [...new Map(runs.map(({ lanes }) => [JSON.stringify(lanes[name] ?? []), lanes[name] ?? []])).values()];
    const [a, b] = [variants(runsA), variants(runsB)];
    const texts = new Set(a.map((lines) => JSON.stringify(lines)));
    if (b.some((lines) => texts.has(JSON.stringify(lines)))) continue;
    differing.push({ lane: name, a: a[0], b: b[0], steady: a.length === 1 && b.length === 1, diff: diffLines(a[0], b[0]) });
  }
  return differing;
}

/** A diff of lines by their longest common subsequence: [' ' | '-' | '+', line]. */
export function diffLines(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push([' ', a[i++], j++]);
    else if (i < a.length && (j === b.length || lengths[i + 1][j] >= lengths[i][j + 1])) lines.push(['-', a[i++]]);
    else lines.push(['+', b[j++]]);
  }
  return lines.map(([sign, line]) => [sign, line]);
}
