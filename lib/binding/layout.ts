import type { NativeBinding } from './contract.js';
import { BatchHeader, OptionIndex, Record, REPORTED_SETTINGS, Stat } from './records.js';

/**
 * Whether an addon and this code count alike. Addons of several nghttp2 lie about, and one that was left over from
 * before the last change would be read wrongly. A test compares every number; here the ends of the lists do.
 */
export function layoutDiffers(binding: NativeBinding): string | undefined {
  const layout = binding.layout();
  const ours = {
    batchStart: BatchHeader.Start, segment: Record.Segment, optionCount: OptionIndex.Count, statCount: Stat.Count,
    reportedSettings: REPORTED_SETTINGS,
  };
  for (const [name, value] of Object.entries(ours))
    if (layout[name] !== value) return `${name} is ${layout[name]} there and ${value} here`;
  return undefined;
}
