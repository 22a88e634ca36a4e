// Plays scenarios on both engines, by turns, and tells what differs.

import { catalogue } from './scenarios/catalogue.mjs';
import { compareVersions } from '../../../deps/lib/manifest.mjs';
import { differingLanes, lanesOf } from './lanes.mjs';

/** How often each engine plays a scenario that came out differently: what differs by chance is found out so. */
const RUNS = 3;

const outcomeText = ({ scope, code }) => scope === 'nothing' ? 'nothing' : `${scope} ${code}`;

const SCOPES = ['nothing', 'stream', 'connection'];

/** What a change means to a user. */
function changeOf(a, b, area) {
  const [before, after] = [SCOPES.indexOf(a.scope), SCOPES.indexOf(b.scope)];
  if (area === 'limits') return 'another limit';
  if (after > before) return after === 2 ? 'ends the connection now' : 'ends the stream now';
  if (after < before) return after === 0 ? 'is let through now' : 'ends the stream only now';
  if (a.code !== b.code) return 'another error code';
  return undefined;
}

function changeOfLanes(differences) {
  const names = differences.map(({ lane }) => lane);
  if (names.some((name) => name.startsWith('frames'))) return 'other frames';
  if (names.some((name) => name.startsWith('events'))) return 'other events';
  return 'other values';
}

/** The documented changes between the two versions that a scenario shows. */
function explanations({ known = [] }, change, versions) {
  const [low, high] = [...versions].sort(compareVersions);
  return known.filter(({ since, shownBy }) =>
    compareVersions(low, since) < 0 && compareVersions(since, high) <= 0 && (shownBy === undefined || shownBy.includes(change)));
}

function conformance({ section, expected }, outcome) {
  if (expected === undefined) return undefined;
  const text = outcomeText(outcome);
  if (expected.includes(text)) return { section, grade: 'as the RFC asks', outcome: text };
  const stricter = outcome.scope === 'connection' && expected.some((one) => one.startsWith('stream'));
  return { section, grade: stricter ? 'stricter than the RFC' : 'not as the RFC asks', outcome: text };
}

/** The scenarios to play: all, or those whose area or name was asked for. */
export function chosenScenarios(only) {
  if (only.length === 0) return catalogue;
  return catalogue.filter(({ name, area }) => only.some((part) => area === part || name.startsWith(part)));
}

/**
 * @param players of A and of B
 * @param engines A and B
 * @returns what was found; a difference has `change`, `lanes` and perhaps `known`
 */
export async function playOnBoth(scenario, players, engines) {
  const runs = [[], []];
  const order = [0, 1];
  for (let round = 0; round < RUNS; round++) {
    for (const side of order) runs[side].push(lanesOf(await players[side].play(scenario.name)));
    order.reverse();
    if (differingLanes(...runs).length === 0) break;
  }
  const differences = differingLanes(...runs);
  const [a, b] = runs.map((one) => one[0].outcome);
  const result = {
    name: scenario.name,
    area: scenario.area,
    title: scenario.title,
    outcome: { a: outcomeText(a), b: outcomeText(b) },
    rfc: scenario.expected && { expected: scenario.expected, a: conformance(scenario, a), b: conformance(scenario, b) },
    differs: differences.length > 0,
  };
  if (!result.differs) return result;
  const change = changeOf(a, b, scenario.area) ?? changeOfLanes(differences);
  const known = explanations(scenario, change, engines.map(({ version }) => version));
  return { ...result, change, known, lanes: differences };
}
