import type { NativeSession } from '../binding/contract.js';
import { Stat } from '../binding/records.js';
import { sessionChannels } from './channels.js';
import { addSessionEntry, addStreamEntries } from './entries.js';
import type { ObservedSession } from './observed-session.js';

export function publishCreated(session: ObservedSession): void {
  if (sessionChannels.created.hasSubscribers) sessionChannels.created.publish({ session });
}

export function publishClosed(session: ObservedSession, error: Error | undefined): void {
  if (sessionChannels.closed.hasSubscribers)
    sessionChannels.closed.publish({ session, error, code: session._destroyCode });
}

/** The core's session is about to go: what it has counted stays. */
export function keepStats(session: ObservedSession, native: NativeSession): void {
  addStreamEntries(native.takeMeasurements(true));
  const stats = new Float64Array(Stat.Count);
  if (!native.stats(stats)) return;
  session._finalStats = stats;
  addSessionEntry(session, stats);
}
