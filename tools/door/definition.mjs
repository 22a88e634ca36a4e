// What the two halves tell each other: everything that native/ and lib/ must count alike. native/core/records.h,
// lib/binding/records.ts and docs/records.md are made of it by `npm run generate:door`.
//
// A hash of the names, their order and their fields is built into both halves, and an addon with another one is refused. So
// names may be added, moved and removed freely, as long as both halves are built again; documentation can change without.

/** @typedef {[name: string, doc: string]} Member */

/** Types 0 to 9 of RFC 9113, section 6, and one for all others: a counter each. */
const frameTypes = [
  'Data', 'Headers', 'Priority', 'RstStream', 'Settings', 'PushPromise', 'Ping', 'Goaway', 'WindowUpdate', 'Continuation', 'Other',
].map((name) => [name, name === 'Other' ? 'all types that RFC 9113 does not know' : '']);

/**
 * Enumerations. `from` is the first number, each next one is one more; with `bits` they are 1, 2, 4, ... . With `end` there is
 * a last name for the number of them.
 */
export const enums = [
  {
    name: 'BatchHeader',
    prefix: 'kBatch',
    doc: 'The first integers of every batch.',
    end: 'Start',
    members: [
      ['OutLength', 'bytes in the output, with those that were there before'],
      ['More', '1: `pull` stopped for room or budget, call again; negative: nghttp2 has ended the session by itself, with this error'],
      ['Segments', 'number of Segment records'],
      ['Sent', 'bytes of the output that the socket has taken already, or -errno'],
      ['Holds', '1: a stream whose write is through has not ended, so that more may follow when it is told'],
      ['Notes', 'bits of Note: what can be asked for'],
      ['Received', 'where in the chunk the portion ends that was received'],
      ['HasData', '1: there are Data records'],
    ],
  },
  {
    name: 'Note',
    prefix: 'kNote',
    doc: 'What a session can be asked for after `receive` and `pull`, or has to say besides its records.',
    bits: true,
    members: [
      ['Trace', 'lines of text (`takeTrace`)'],
      ['Goaway', 'GOAWAY frames have left (`takeGoaways`)'],
      ['Measurements', 'streams have ended that were measured (`takeMeasurements`)'],
      ['BlockBegins', 'a header block has begun and goes on in the next chunk'],
      ['BlockGoesOn', 'it is still the same one'],
    ],
  },
  {
    name: 'WriteFlag',
    prefix: 'kWrite',
    doc: 'Bits of the `flags` of the write methods.',
    bits: true,
    members: [
      ['Finish', 'everything written so far belongs to one write of the user'],
      ['End', 'nothing follows: END_STREAM goes with the last byte'],
      ['TrailersFollow', 'together with End: trailers follow, so no END_STREAM yet'],
    ],
  },
  {
    name: 'Limit',
    prefix: 'kLimit',
    doc: 'Limits that the core, or nghttp2 inside it, enforces by itself: what was counted, and the option that sets the limit.',
    from: 0,
    members: [
      ['None', ''],
      ['InvalidFrames', 'invalid frames', 'maxSessionInvalidFrames'],
      ['RejectedStreams', 'streams refused in a row', 'maxSessionRejectedStreams'],
      ['ConcurrentStreams', 'concurrent streams', 'settings.maxConcurrentStreams'],
      ['SessionMemory', 'bytes of memory', 'maxSessionMemory'],
      ['HeaderListPairs', 'header fields in a block', 'maxHeaderListPairs'],
      ['HeaderListSize', 'bytes of a header list', 'settings.maxHeaderListSize'],
      ['SendHeaderBlock', 'bytes of a header block to send', 'maxSendHeaderBlockLength'],
      ['StreamResets', 'RST_STREAM frames received', 'streamResetBurst'],
      ['Continuations', 'CONTINUATION frames of a block', 'maxContinuations'],
      ['Settings', 'entries of a SETTINGS frame', 'maxSettings'],
      ['OutboundAcks', 'acknowledgements waiting to be sent', 'maxOutboundAcks'],
      ['FrameSize', 'bytes of a frame', 'settings.maxFrameSize'],
      ['Glitches', 'suspicious frames', 'glitchBurst'],
      ['EmptyFrames', 'empty frames in a row', 'maxEmptyFrames'],
      ['OutboundFrames', 'frames waiting to be sent', 'maxOutboundFrames'],
      ['ReservedStreams', 'promised streams', 'maxReservedRemoteStreams'],
      ['AllMemory', 'bytes of memory of all sessions', 'setMemoryLimit'],
    ],
  },
  {
    name: 'OptionIndex',
    prefix: 'kOpt',
    doc: 'Positions in the array of numbers that carries a session\'s options; NaN is "not given".',
    end: 'Count',
    members: [
      ['MaxDeflateDynamicTableSize', 'bytes'],
      ['MaxReservedRemoteStreams', 'streams'],
      ['MaxSendHeaderBlockLength', 'bytes'],
      ['PeerMaxConcurrentStreams', 'streams'],
      ['PaddingStrategy', 'one of `constants.PADDING_STRATEGY_*`'],
      ['MaxHeaderListPairs', 'fields'],
      ['MaxSettings', 'entries'],
      ['MaxSessionMemory', 'megabytes of 10^6 bytes'],
      ['StreamResetRate', 'frames a second; only with the burst'],
      ['StreamResetBurst', 'frames; only with the rate'],
      ['LenientWhitespace', 'other than 0: white space around a value is no error'],
      ['MaxInvalidFrames', 'frames'],
      ['MaxRejectedStreams', 'streams'],
      ['Trace', 'given: frames are written down as text'],
      ['MaxContinuations', 'frames'],
      ['MaxOutboundAcks', 'frames'],
      ['MaxEmptyFrames', 'frames'],
      ['GlitchBurst', 'suspicious frames'],
      ['GlitchRate', 'suspicious frames a second'],
      ['GlitchesOfNghttp2', "given: nghttp2's own count of suspicious frames is in force instead"],
      ['MaxOutboundFrames', 'frames'],
    ],
  },
  {
    name: 'FrameSlot',
    prefix: 'kFrame',
    doc: 'Types of frames as they are counted: 0 to 9 of RFC 9113, section 6, and one for all others.',
    end: 'Types',
    members: frameTypes,
  },
  {
    name: 'MeasuredField',
    prefix: 'kMeasured',
    doc: 'Numbers of one stream in what `takeMeasurements` gives. Times are nanoseconds of `now`, 0 for never.',
    end: 'Count',
    members: [
      ['Id', ''], ['Start', ''], ['End', ''], ['FirstHeader', ''], ['FirstByte', 'the first of DATA received'],
      ['FirstByteSent', 'the first of DATA sent'], ['BytesRead', 'of DATA, without padding'], ['BytesWritten', 'likewise'],
    ],
  },
  {
    name: 'GoawayField',
    prefix: 'kGoaway',
    doc: 'Values of one GOAWAY frame that has left, in what `takeGoaways` gives.',
    end: 'Count',
    members: [
      ['Code', '-1 of one that was held back, since another leaves in its place'], ['LastStreamId', ''], ['Limit', 'for which nghttp2 has ended the session by itself'], ['Reached', ''], ['Allowed', ''],
      ['OpaqueData', 'a Buffer'],
    ],
  },
  {
    name: 'StateField',
    prefix: 'kState',
    doc: 'Numbers that `state` gives of a session (`session.state`).',
    end: 'Count',
    members: [
      'EffectiveLocalWindowSize', 'EffectiveRecvDataLength', 'NextStreamId', 'LocalWindowSize', 'LastProcStreamId', 'RemoteWindowSize',
      'OutboundQueueSize', 'DeflateDynamicTableSize', 'InflateDynamicTableSize',
    ].map((name) => [name, '']),
  },
  {
    name: 'StreamStateField',
    prefix: 'kStreamState',
    doc: 'Numbers that `streamState` gives of a stream (`stream.state`).',
    end: 'Count',
    members: [
      ['State', ''], ['Weight', ''], ['SumDependencyWeight', ''], ['LocalClose', ''], ['RemoteClose', ''], ['LocalWindowSize', ''],
    ],
  },
];

/**
 * What happened. Each record is its type, its fields, and then what `follows`: a number of runs of integers in place, and of
 * bytes in the byte region, where the reader's position advances in step. `count` names the field that says how many.
 */
export const records = [
  {
    name: 'Headers',
    doc: 'A header block has been received.',
    fields: ['id', 'category', 'flags', 'fieldCount', 'pairInts'],
    follows: { ints: { count: 'pairInts', doc: 'for each field a name and a value, see below' } },
  },
  { name: 'Data', doc: 'DATA was received: where in the chunk.', fields: ['id', 'offset', 'length'] },
  { name: 'EndStream', doc: 'DATA with END_STREAM was received.', fields: ['id'] },
  { name: 'Close', doc: 'nghttp2 has closed the stream, with an HTTP/2 error code.', fields: ['id', 'code'] },
  {
    name: 'Settings',
    doc: 'SETTINGS were received: those of the peer that are now in force.',
    fields: ['reported', 'customCount'],
    follows: { ints: { count: 'customCount', each: 2, doc: 'identifier and value of each custom setting that is watched' } },
  },
  { name: 'SettingsAck', doc: 'Our SETTINGS were acknowledged: those of ours that are now in force.', fields: ['reported'] },
  { name: 'Ping', doc: 'Both halves of the payload, each big-endian as on the wire.', fields: ['first', 'second'] },
  { name: 'PingAck', doc: 'Likewise.', fields: ['first', 'second'] },
  {
    name: 'Goaway', doc: 'GOAWAY was received.', fields: ['code', 'lastStreamId', 'length'], follows: { bytes: ['length'] },
  },
  {
    name: 'Altsvc', doc: 'ALTSVC was received (RFC 7838).', fields: ['id', 'originLength', 'valueLength'],
    follows: { bytes: ['originLength', 'valueLength'] },
  },
  {
    name: 'Origin', doc: 'ORIGIN was received (RFC 8336).', fields: ['count'],
    follows: { ints: { count: 'count', doc: 'the length of each origin' }, bytes: ['each of these'] },
  },
  { name: 'Priority', doc: 'PRIORITY was received.', fields: ['id', 'parent', 'weight', 'exclusive'] },
  { name: 'FrameError', doc: 'A frame could not be sent.', fields: ['id', 'frameType', 'code'] },
  { name: 'Wrote', doc: 'All that was queued for the stream has been put into frames.', fields: ['id'] },
  { name: 'WantTrailers', doc: 'The body is sent, and trailers are awaited.', fields: ['id'] },
  { name: 'SessionError', doc: 'The session cannot go on: an error of nghttp2, and a Limit.', fields: ['error', 'limit'] },
  { name: 'Segment', doc: 'Bytes that the writer has kept belong here in the output.', fields: ['offset', 'id', 'length'] },
  {
    name: 'LimitHit',
    doc: 'A limit is met: a stream is refused, or the session ends (id 0), and SessionError follows. Halves of what was reached and of what is allowed.',
    fields: ['limit', 'id', 'reachedLow', 'reachedHigh', 'allowedLow', 'allowedHigh'],
  },
];

/** Identifiers of the settings that `reported` stands for: their values, in this order (RFC 9113, section 6.5.2; RFC 8441, section 3). */
export const reportedSettings = [1, 2, 3, 4, 5, 6, 8];

/** How names and values are given in a Headers record. */
export const pairs = [
  ['name', '`id << 1 \\| sensitive`', 'an entry of the names of the environment'],
  ['name', '`-1 << 1 \\| sensitive`, length', 'bytes'],
  ['value', '`id << 1`', 'an entry of the static values of the environment'],
  ['value', '`id << 1 \\| 1`', 'an entry of the values of this session'],
  ['value', '`-1`, length', 'bytes'],
  ['value', '`-(id + 2)`, length', 'bytes, to be kept as entry `id` of the values of this session'],
];

/** Statistics, in this order. `slots` is for those that are a run of numbers. */
export const stats = {
  counters: {
    doc: 'They only rise, and those of several sessions can be added.',
    members: [
      ['BytesReceived', ''],
      ['BytesSent', ''],
      ['DataReceived', 'bytes of DATA, without padding'],
      ['DataSent', 'likewise'],
      ['FramesReceived', 'one for each FrameSlot', 'FrameSlot'],
      ['FramesSent', 'likewise', 'FrameSlot'],
      ['OpenedHere', 'streams'],
      ['OpenedByPeer', 'streams'],
      ['Refused', 'streams'],
      ['Closed', 'streams'],
      ['FieldsReceived', 'bytes of names and values'],
      ['FieldsReceivedOnWire', 'bytes of the frames that carried them'],
      ['FieldsSent', ''],
      ['FieldsSentOnWire', ''],
      ['CacheHits', 'values of fields that were known'],
      ['CacheMisses', ''],
      ['Stalls', 'streams that had something to send and no window'],
      ['StalledNs', 'for how long'],
      ['MeasuredStreams', ''],
      ['MeasuredNs', ''],
    ],
  },
  gauges: {
    doc: 'How things are now.',
    members: [
      ['OpenStreams', ''],
      ['StalledStreams', ''],
      ['CacheEntries', ''],
      ['CacheBytes', ''],
      ['Memory', 'bytes, as `maxSessionMemory` counts them'],
      ['NgMemory', 'of these, what nghttp2 has allocated'],
      ['FieldMemory', 'header blocks of open streams'],
      ['Queued', 'written and not sent'],
      ['Held', 'received and not read'],
    ],
  },
  session: {
    doc: 'Of one session only.',
    members: [
      'PeakStreams', 'StartNs', 'InvalidFrames', 'RejectedInARow', 'Resets', 'LargestPairs', 'LargestList', 'MaxConcurrentStreams',
      'MaxSessionMemory', 'MaxInvalidFrames', 'MaxRejectedStreams', 'MaxHeaderListPairs', 'MaxHeaderListSize', 'ResetBurst',
      'LargestContinuations', 'MaxContinuations', 'EmptyFrames', 'MaxEmptyFrames', 'Glitches', 'GlitchBurst', 'LargestSettings', 'MaxSettings',
      'AcksWaiting', 'MaxOutboundAcks', 'FramesWaiting', 'MaxOutboundFrames', 'Reserved', 'MaxReserved',
    ].map((name) => [name, '']),
  },
  environment: {
    doc: 'Of all sessions of an environment, in place of those of one session.',
    members: [['SessionsOpen', ''], ['SessionsOpened', '']],
  },
};
