// The life of a stream (RFC 9113, section 5.1), as this side sees it: what it sends, what it receives, and whether it is closed. Each is
// one of a few states, and changes by the table only. A state that a table does not name for an input is an error of this
// library: see `illegal`.
//
// docs/states.md is made of these tables; a test holds the two together, and tries each pair of state and input.

/** What this side sends: its message. */
export const enum Sending {
  /** Nothing but informational header blocks. */
  Idle,
  /** The same, and the body has been ended: it is empty. */
  IdleEnded,
  /** The header block is sent; the body follows. */
  Body,
  /** The same, and trailers follow the body. */
  BodyThenTrailers,
  /** The body is ended. 'wantTrailers' follows. */
  AwaitingTrailers,
  /** 'wantTrailers' was emitted. */
  TrailersWanted,
  /** END_STREAM is sent, or queued behind what was written. */
  Ended,
  /** Closed before its header block: there is no message. */
  NeverBegun,
  /** Closed after its header block and before its end. */
  CutOff,
}

export const enum SendingInput {
  /** The header block is submitted. */
  Headers,
  /** The same, of a message with trailers. */
  HeadersThenTrailers,
  /** The last of the body is queued, or END_STREAM goes with the header block. */
  EndBody,
  /** There are going to be no trailers after all. */
  NoTrailers,
  /** The core has sent the body, and can take trailers. */
  WantTrailers,
  /** Trailers are submitted, or END_STREAM in their place. */
  Trailers,
  /** The stream is closed with an error: what has not ended does not end. */
  GiveUp,
}

/** What the peer sends: its message. */
export const enum Receiving {
  /** A request was sent: its response has yet to begin. */
  Headers,
  /** A response was promised (RFC 9113, section 8.4), and has yet to begin. */
  Promised,
  /** The header block has come. */
  Body,
  /** END_STREAM has come. */
  Ended,
  /** The peer, or the end of the connection, has cut the message off. */
  CutOff,
  /** The same, before a response began. */
  Unanswered,
  /** This side closed the stream before the message had ended. To Node's streams that is its end. */
  Abandoned,
}

export const enum ReceivingInput {
  /** The header block of the message. */
  Headers,
  /** END_STREAM. */
  End,
  /** RST_STREAM with NO_ERROR or CANCEL, or the end of the connection, before END_STREAM. */
  CutOff,
  /** RST_STREAM with another code, before END_STREAM. */
  Fail,
  /** The core has closed the stream, after this side had closed it. */
  Abandon,
}

/** Whether the stream is closed, by whom, and whether the core has forgotten it. */
export const enum Closing {
  Open,
  /** By this side: `close()` or `destroy()`. */
  ClosedHere,
  /** By the peer, by what it has not done in time, or by the end of the connection. */
  ClosedByPeer,
  /** The same two, after nghttp2 has closed the stream: commands for it are refused. */
  ReleasedHere,
  ReleasedByPeer,
}

export const enum ClosingInput {
  /** `close()` or `destroy()`. */
  Close,
  /** A deadline of the peer has passed. */
  PeerFails,
  /** nghttp2 has closed the stream. */
  CoreCloses,
  /** The connection is gone. */
  ConnectionLost,
}

const enum Table {
  /** No state: the input must not come. */
  Illegal = 255,
}
const X = Table.Illegal;

/** A row for each state, a column for each input. */
const sending = [
  /* Idle             */ [Sending.Body, Sending.BodyThenTrailers, Sending.IdleEnded, Sending.Idle, X, X, Sending.NeverBegun],
  /* IdleEnded        */ [Sending.Ended, Sending.Ended, Sending.IdleEnded, Sending.IdleEnded, X, X, Sending.IdleEnded],
  /* Body             */ [X, X, Sending.Ended, Sending.Body, X, X, Sending.CutOff],
  /* BodyThenTrailers */ [X, X, Sending.AwaitingTrailers, Sending.Body, X, X, Sending.CutOff],
  /* AwaitingTrailers */ [X, X, Sending.AwaitingTrailers, Sending.AwaitingTrailers, Sending.TrailersWanted, Sending.Ended, Sending.CutOff],
  /* TrailersWanted   */ [X, X, Sending.TrailersWanted, Sending.TrailersWanted, Sending.TrailersWanted, Sending.Ended, Sending.CutOff],
  /* Ended            */ [X, X, Sending.Ended, Sending.Ended, Sending.Ended, X, Sending.Ended],
  /* NeverBegun       */ [X, X, Sending.NeverBegun, Sending.NeverBegun, X, X, Sending.NeverBegun],
  /* CutOff           */ [X, X, Sending.CutOff, Sending.CutOff, Sending.CutOff, X, Sending.CutOff],
];

const receiving = [
  /* Headers    */ [Receiving.Body, Receiving.Ended, Receiving.Unanswered, Receiving.CutOff, Receiving.Abandoned],
  /* Promised   */ [Receiving.Body, Receiving.Ended, Receiving.CutOff, Receiving.CutOff, Receiving.Abandoned],
  /* Body       */ [Receiving.Body, Receiving.Ended, Receiving.CutOff, Receiving.CutOff, Receiving.Abandoned],
  /* Ended      */ [Receiving.Ended, Receiving.Ended, Receiving.Ended, Receiving.Ended, Receiving.Ended],
  /* CutOff     */ [Receiving.CutOff, Receiving.CutOff, Receiving.CutOff, Receiving.CutOff, Receiving.CutOff],
  /* Unanswered */ [Receiving.Unanswered, Receiving.Unanswered, Receiving.Unanswered, Receiving.Unanswered, Receiving.Unanswered],
  /* Abandoned  */ [Receiving.Abandoned, Receiving.Abandoned, Receiving.Abandoned, Receiving.Abandoned, Receiving.Abandoned],
];

const closing = [
  /* Open           */ [Closing.ClosedHere, Closing.ClosedByPeer, Closing.ReleasedByPeer, Closing.ClosedByPeer],
  /* ClosedHere     */ [Closing.ClosedHere, Closing.ClosedByPeer, Closing.ReleasedHere, Closing.ClosedByPeer],
  /* ClosedByPeer   */ [Closing.ClosedByPeer, Closing.ClosedByPeer, Closing.ReleasedByPeer, Closing.ClosedByPeer],
  /* ReleasedHere   */ [Closing.ReleasedHere, Closing.ReleasedByPeer, Closing.ReleasedHere, Closing.ReleasedByPeer],
  /* ReleasedByPeer */ [Closing.ReleasedByPeer, Closing.ReleasedByPeer, Closing.ReleasedByPeer, Closing.ReleasedByPeer],
];

/** The tables with the names of their rows and columns, for docs/states.md and what is said of an input that must not come. */
export const streamStates = {
  sending: {
    states: ['Idle', 'IdleEnded', 'Body', 'BodyThenTrailers', 'AwaitingTrailers', 'TrailersWanted', 'Ended', 'NeverBegun', 'CutOff'],
    inputs: ['Headers', 'HeadersThenTrailers', 'EndBody', 'NoTrailers', 'WantTrailers', 'Trailers', 'GiveUp'],
    table: sending,
  },
  receiving: {
    states: ['Headers', 'Promised', 'Body', 'Ended', 'CutOff', 'Unanswered', 'Abandoned'],
    inputs: ['Headers', 'End', 'CutOff', 'Fail', 'Abandon'],
    table: receiving,
  },
  closing: {
    states: ['Open', 'ClosedHere', 'ClosedByPeer', 'ReleasedHere', 'ReleasedByPeer'],
    inputs: ['Close', 'PeerFails', 'CoreCloses', 'ConnectionLost'],
    table: closing,
  },
};

/** Each is `states x inputs`, in one piece: they are looked up for every request. */
const SENDING_INPUTS = 7;
const RECEIVING_INPUTS = 5;
const CLOSING_INPUTS = 4;
const sendingTable = Uint8Array.from(sending.flat());
const receivingTable = Uint8Array.from(receiving.flat());
const closingTable = Uint8Array.from(closing.flat());

/** @returns the state after `input` */
export function sendingAfter(state: Sending, input: SendingInput): Sending {
  const next = sendingTable[state * SENDING_INPUTS + input]!;
  return next === X ? illegal('sending', state, input) : next;
}

/** @returns the state after `input` */
export function receivingAfter(state: Receiving, input: ReceivingInput): Receiving {
  const next = receivingTable[state * RECEIVING_INPUTS + input]!;
  return next === X ? illegal('receiving', state, input) : next;
}

/** @returns the state after `input` */
export function closingAfter(state: Closing, input: ClosingInput): Closing {
  const next = closingTable[state * CLOSING_INPUTS + input]!;
  return next === X ? illegal('closing', state, input) : next;
}

/** Tests set this: an input that must not come is an error of theirs. In production the state stays, and the process too. */
const strict = process.env.DUETTO_STRICT_STATES === '1';

function illegal(side: keyof typeof streamStates, state: number, input: number): number {
  const { states, inputs } = streamStates[side];
  if (strict) throw new Error(`duetto: ${inputs[input]} must not come in state ${states[state]} of ${side}`);
  return state;
}

/** Whether the header block of the message is submitted. */
export function headersAreSent(state: Sending): boolean {
  return state >= Sending.Body && state !== Sending.NeverBegun;
}

/** Whether the core knows that the body ends here, or need not know any more. */
export function bodyIsEnded(state: Sending): boolean {
  return state === Sending.IdleEnded || state >= Sending.AwaitingTrailers;
}

/** Whether trailers are still to be sent. */
export function trailersFollow(state: Sending): boolean {
  return state >= Sending.BodyThenTrailers && state <= Sending.TrailersWanted;
}

/** Whether nothing more comes. */
export function peerIsDone(state: Receiving): boolean {
  return state >= Receiving.Ended;
}

/** Whether all has come that is going to, and 'end' may tell so. */
export function cameWhole(state: Receiving): boolean {
  return state === Receiving.Ended || state === Receiving.Abandoned;
}

/** Whether nghttp2 has forgotten the stream. */
export function isReleased(state: Closing): boolean {
  return state >= Closing.ReleasedHere;
}

export function isClosedByPeer(state: Closing): boolean {
  return state === Closing.ClosedByPeer || state === Closing.ReleasedByPeer;
}
