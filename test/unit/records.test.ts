import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BatchHeader, FRAME_TYPES, Limit, Note, OptionIndex, Record, REPORTED_SETTINGS, Stat } from '../../lib/binding/records.js';

const require = createRequire(import.meta.url);
const { native } = require('../../dist/binding/load.js') as { native: { layout(): { [name: string]: number } } };

// The core and its reader count in two languages; this holds them together.
describe('the layout of event batches', () => {
  const layout = native.layout();
  const lower = (name: string): string => name[0]!.toLowerCase() + name.slice(1);

  it.each(Object.keys(Record).filter((name) => Number.isNaN(Number(name))))('record %s', (name) => {
    expect(layout[lower(name)]).toBe(Record[name as keyof typeof Record]);
  });

  const named = (of: object): string[] => Object.keys(of).filter((name) => Number.isNaN(Number(name)));

  it.each(named(Note))('note %s', (name) => {
    expect(layout[`note${name}`]).toBe(Note[name as keyof typeof Note]);
  });

  it.each(named(Limit).filter((name) => name !== 'None'))('limit %s', (name) => {
    expect(layout[`limit${name}`]).toBe(Limit[name as keyof typeof Limit]);
  });

  it('counts the same things in the same places', () => {
    const given = Object.keys(layout).filter((name) => name.startsWith('stat')).map((name) => name.slice(4));
    expect(given.length).toBeGreaterThan(10);
    for (const name of given) expect([name, layout[`stat${name}`]]).toEqual([name, Stat[name as keyof typeof Stat]]);
  });

  it('has the header, the limits and the options in the same places', () => {
    expect(layout.batchOutLength).toBe(BatchHeader.OutLength);
    expect(layout.batchMore).toBe(BatchHeader.More);
    expect(layout.batchSegments).toBe(BatchHeader.Segments);
    expect(layout.batchStart).toBe(BatchHeader.Start);
    expect(layout.batchNotes).toBe(BatchHeader.Notes);
    expect(layout.optionCount).toBe(OptionIndex.Count);
    expect(layout.reportedSettings).toBe(REPORTED_SETTINGS);
    expect(layout.statFramesSent! - layout.statFramesReceived!).toBe(FRAME_TYPES);
  });
});
