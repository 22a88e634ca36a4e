// Documented changes of nghttp2 that a user of http2 can notice, by the version that brought them. `shownBy` are the
// outcomes that such a change can have; without it, any.

export const known = {
  priorities: {
    since: '1.65.0',
    text: 'RFC 7540 priorities were removed: weights and dependencies are neither sent, nor kept, nor followed.',
  },
  authority: { since: '1.64.0', text: 'A user and an "@" in :authority and host are refused (RFC 9113, section 8.3.1).' },
  streamErrors: {
    since: '1.67.0',
    text: 'Errors that ended a stream end the connection; 1.69.0 took some of it back. Node 24 reverted the change.',
    shownBy: ['ends the connection now'],
  },
  resetOnce: {
    since: '1.66.0',
    text: 'A stream gets one RST_STREAM. Later releases also drop one whose stream has closed before it could be sent.',
    shownBy: ['other frames'],
  },
  glitches: {
    since: '1.67.0',
    text: 'A limit for frames that are wrong but harmless (glitches): 10,000 at once, 330 more a second, by default.',
  },
  continuations: { since: '1.61.0', text: 'A limit for CONTINUATION frames of one block: 8 by default (CVE-2024-28182).' },
  resetRate: { since: '1.57.0', text: 'A limit for streams that the peer resets: 1,000 at once, 33 more a second, by default (CVE-2023-44487).' },
};
