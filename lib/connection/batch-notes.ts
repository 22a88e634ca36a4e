import type { NativeSession } from '../binding/contract.js';
import { GoawayField, Limit, Note } from '../binding/records.js';
import { constants } from '../constants.js';
import { afterCall } from '../deferrals.js';
import { sessionChannels } from '../observe/channels.js';
import { debugFrames } from '../observe/debug.js';
import { addStreamEntries } from '../observe/entries.js';
import type { ConnectionSession } from './interfaces.js';
import { limitDetails, reportLimit } from './limits.js';

/** RFC 9113, section 7, by the code. */
const codeNames = new Map<number, string>([
  'NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED',
  'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED',
].map((name) => [(constants as unknown as Record<string, number>)[`NGHTTP2_${name}`]!, name]));

/** What the core has noted, aside from what it records: frames as text, GOAWAY frames that have left, measurements. */
export function takeNotes(session: ConnectionSession, native: NativeSession, notes: number): void {
  if ((notes & (Note.BlockBegins | Note.BlockGoesOn)) !== 0) session._deadlines?.blockIsOpen((notes & Note.BlockBegins) !== 0);
  if ((notes & Note.Trace) !== 0) debugFrames(session, native.takeTrace());
  if ((notes & Note.Measurements) !== 0) addStreamEntries(native.takeMeasurements(false));
  if ((notes & Note.Goaway) !== 0) goawaysSent(session, native.takeGoaways());
}

/** Values as `GoawayField` has them. */
function goawaysSent(session: ConnectionSession, sent: unknown[]): void {
  for (let at = 0; at < sent.length; at += GoawayField.Count) {
    const number = (field: GoawayField): number => sent[at + field] as number;
    const kind = number(GoawayField.Limit);
    // nghttp2 ends the session for a limit of its own and tells nobody but the peer.
    const limit = kind === Limit.None ? undefined : limitDetails(kind, number(GoawayField.Reached), number(GoawayField.Allowed), 'session');
    if (limit !== undefined) {
      session._limit = limit;
      // Listeners must not be in the way of the write that is going on.
      afterCall(reportLimit, session, limit);
    }
    // Another is to leave in its place.
    if (number(GoawayField.Code) === -1) continue;
    publishGoaway(
      sessionChannels.goawaySent, session, number(GoawayField.Code), number(GoawayField.LastStreamId),
      sent[at + GoawayField.OpaqueData] as Buffer, limit);
  }
}

export function publishGoaway(
  channel: typeof sessionChannels.goawaySent, session: ConnectionSession, code: number, lastStreamID: number,
  opaqueData: Buffer | undefined, limit = session._limit,
): void {
  if (!channel.hasSubscribers) return;
  channel.publish({
    session,
    code,
    name: codeNames.get(code) ?? String(code),
    lastStreamID,
    reason: opaqueData?.toString('utf8') ?? '',
    opaqueData: opaqueData?.length ? opaqueData : undefined,
    limit,
  });
}
