import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BatchHeader, Limit, OptionIndex, Record, REPORTED_SETTINGS } from '../../lib/binding/records.js';

const require = createRequire(import.meta.url);
const { native } = require('../../dist/binding/load.js') as { native: { layout(): { [name: string]: number } } };

// The core and its reader count in two languages; this holds them together.
describe('the layout of event batches', () => {
  const layout = native.layout();
  const lower = (name: string): string => name[0]!.toLowerCase() + name.slice(1);

  it.each(Object.keys(Record).filter((name) => Number.isNaN(Number(name))))('record %s', (name) => {
    expect(layout[lower(name)]).toBe(Record[name as keyof typeof Record]);
  });

  it('has the header, the limits and the options in the same places', () => {
    expect(layout.batchOutLength).toBe(BatchHeader.OutLength);
    expect(layout.batchMore).toBe(BatchHeader.More);
    expect(layout.batchSegments).toBe(BatchHeader.Segments);
    expect(layout.batchStart).toBe(BatchHeader.Start);
    expect(layout.limitInvalidFrames).toBe(Limit.InvalidFrames);
    expect(layout.limitRejectedStreams).toBe(Limit.RejectedStreams);
    expect(layout.optionCount).toBe(OptionIndex.Count);
    expect(layout.reportedSettings).toBe(REPORTED_SETTINGS);
  });
});
