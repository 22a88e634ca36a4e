import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lifeAfter, sessionStates } from '../../lib/session/session-state.ts';
import {
  bodyIsEnded, cameWhole, closingAfter, headersAreSent, isClosedByPeer, isReleased, peerIsDone, receivingAfter, sendingAfter, streamStates,
  trailersFollow,
} from '../../lib/stream/stream-state.ts';
import { render } from '../../tools/state-docs.mjs';

// Each pair of state and input, against docs/states.md, where a reviewer sees what changes.

const page = readFileSync(resolve(import.meta.dirname, '../../docs/states.md'), 'utf8');
const illegal = 255;

interface Machine {
  readonly states: string[];
  readonly inputs: string[];
  readonly table: number[][];
}

/** The rows of the page's table under a title: state, and by input what comes of it. */
function documented(title: string): Map<string, Map<string, string>> {
  const [section] = page.slice(page.indexOf(`## ${title}`)).split('\n## ');
  const lines = section!.split('\n').filter((line) => line.startsWith('|'));
  const cells = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('*', ''));
  const [, ...inputs] = cells(lines[0]!);
  return new Map(lines.slice(2).map((line) => {
    const [state, ...next] = cells(line);
    return [state!, new Map(inputs.map((input, i) => [input, next[i]!]))];
  }));
}

describe.each([
  ['A stream: what this side sends', streamStates.sending, sendingAfter],
  ['A stream: what the peer sends', streamStates.receiving, receivingAfter],
  ['A stream: whether it is closed', streamStates.closing, closingAfter],
  ['A session', sessionStates, lifeAfter],
] as ReadonlyArray<[string, Machine, (state: number, input: number) => number]>)('%s', (title, machine, after) => {
  const { states, inputs, table } = machine;

  test('has a row for each state and a cell for each input, in the code and in the documentation', () => {
    expect(table.map((row) => row.length)).toEqual(states.map(() => inputs.length));
    expect([...documented(title).keys()]).toEqual(states);
  });

  for (const [from, state] of states.entries()) {
    for (const [input, name] of inputs.entries()) {
      const expected = documented(title).get(state)!.get(name)!;
      test(`${name} in ${state} ${expected === '' ? 'is an error' : `leads to ${expected}`}`, () => {
        if (expected === '') expect(() => after(from, input)).toThrow(`${name} must not come in state ${state}`);
        else expect(states[after(from, input)]).toBe(expected);
      });
    }
  }

  test('each state but the first is reached', () => {
    const reached = new Set([0]);
    for (const from of reached) for (const to of table[from]!) if (to !== illegal) reached.add(to);
    // A promise begins as one; a server's stream begins with the request's body to come.
    const begins = title.includes('the peer sends') ? ['Promised'] : [];
    expect(states.filter((state, i) => !reached.has(i) && !begins.includes(state))).toEqual([]);
  });
});

test('the page is what the tables make', () => {
  expect(page).toBe(render({ streamStates, sessionStates }));
});

test('in production an input that must not come changes nothing', () => {
  const script = `
    const { sendingAfter } = require('./dist/stream/stream-state.js');
    const { lifeAfter } = require('./dist/session/session-state.js');
    console.log(sendingAfter(6, 0), lifeAfter(9, 0));
  `;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: resolve(import.meta.dirname, '../..'), env: { ...process.env, DUETTO_STRICT_STATES: '' } });
  expect(stdout).toBe('6 9\n');
});

describe('what is asked of the states of a stream', () => {
  const named = ({ states }: Machine, holds: (state: number) => boolean): string[] => states.filter((_, i) => holds(i));
  test.each([
    ['the header block is sent', named(streamStates.sending, headersAreSent), ['Body', 'BodyThenTrailers', 'AwaitingTrailers', 'TrailersWanted', 'Ended', 'CutOff']],
    ['the body has its end', named(streamStates.sending, bodyIsEnded), ['IdleEnded', 'AwaitingTrailers', 'TrailersWanted', 'Ended', 'NeverBegun', 'CutOff']],
    ['trailers follow', named(streamStates.sending, trailersFollow), ['BodyThenTrailers', 'AwaitingTrailers', 'TrailersWanted']],
    ['the peer sends no more', named(streamStates.receiving, peerIsDone), ['Ended', 'CutOff', 'Unanswered', 'Abandoned']],
    ['the message is whole', named(streamStates.receiving, cameWhole), ['Ended', 'Abandoned']],
    ['nghttp2 knows it no more', named(streamStates.closing, isReleased), ['ReleasedHere', 'ReleasedByPeer']],
    ['the peer has closed it', named(streamStates.closing, isClosedByPeer), ['ClosedByPeer', 'ReleasedByPeer']],
  ])('%s', (_question, those, expected) => {
    expect(those).toEqual(expected);
  });
});
