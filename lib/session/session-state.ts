// The life of a session: from its socket to its 'close'. It changes by the table only. docs/states.md is made of it.

export const enum Life {
  /** The connection is not established yet; requests wait. */
  Connecting,
  /** The same, and `close()` was called: what was asked for before is still to be done. */
  ConnectingDraining,
  Open,
  /** GOAWAY is sent or was received: no new streams, and the last one takes the session along. */
  Draining,
  /** The last stream has closed, and what was received has yet to be passed on: a request among it is to be refused. */
  DrainingReceived,
  /** Destroyed: its streams are being destroyed, thousands of them over several turns of the event loop. */
  DestroyingStreams,
  /** Destroyed, as the connection is gone; streams that came whole are still being read. */
  AwaitingReaders,
  /** Ended in peace: the peer has time to end the connection. */
  AwaitingPeer,
  /** The socket is being ended, whatever the peer does. */
  EndingSocket,
  /** 'close' was emitted. */
  Closed,
}

export const enum LifeInput {
  Established,
  /** `close()`, a GOAWAY without an error, or the end of the connection. */
  Close,
  /** The last stream of a session that drains has closed before all that was received was passed on. */
  ReceivedWaits,
  /** `destroy()`, an error, a GOAWAY with an error, the end of the connection, or the last stream of a session that drains. */
  Destroy,
  /** The connection is gone, and there are streams that somebody reads. */
  ReadersRead,
  /** Nothing was wrong. */
  PeerMayEnd,
  /** There is no time to lose: an error, or `destroy()` once more. */
  EndSocket,
  /** All is over: 'close' is emitted. */
  Over,
}

const X = 255;

/** A row for each state, a column for each input. */
const life = [
  /* Connecting         */ [Life.Open, Life.ConnectingDraining, X, Life.DestroyingStreams, X, X, X, X],
  /* ConnectingDraining */ [Life.Draining, Life.ConnectingDraining, X, Life.DestroyingStreams, X, X, X, X],
  /* Open               */ [X, Life.Draining, X, Life.DestroyingStreams, X, X, X, X],
  /* Draining           */ [X, Life.Draining, Life.DrainingReceived, Life.DestroyingStreams, X, X, X, X],
  /* DrainingReceived   */ [X, Life.DrainingReceived, Life.DrainingReceived, Life.DestroyingStreams, X, X, X, X],
  /* DestroyingStreams  */ [X, X, X, X, Life.AwaitingReaders, Life.AwaitingPeer, Life.EndingSocket, Life.Closed],
  /* AwaitingReaders    */ [X, X, X, X, X, X, Life.AwaitingReaders, Life.Closed],
  /* AwaitingPeer       */ [X, X, X, X, X, X, Life.EndingSocket, Life.Closed],
  /* EndingSocket       */ [X, X, X, X, X, X, Life.EndingSocket, Life.Closed],
  /* Closed             */ [X, X, X, X, X, X, Life.Closed, X],
];

/** For docs/states.md, and for what is said of an input that must not come. */
export const sessionStates = {
  states: [
    'Connecting', 'ConnectingDraining', 'Open', 'Draining', 'DrainingReceived', 'DestroyingStreams', 'AwaitingReaders', 'AwaitingPeer',
    'EndingSocket', 'Closed',
  ],
  inputs: ['Established', 'Close', 'ReceivedWaits', 'Destroy', 'ReadersRead', 'PeerMayEnd', 'EndSocket', 'Over'],
  table: life,
};

/** Tests set this: an input that must not come is an error of theirs. In production the state stays, and the process too. */
const strict = process.env.DUETTO_STRICT_STATES === '1';

/** @returns the state after `input` */
export function lifeAfter(state: Life, input: LifeInput): Life {
  const next = life[state]![input]!;
  if (next !== X) return next;
  const { states, inputs } = sessionStates;
  if (strict) throw new Error(`duetto: ${inputs[input]} must not come in state ${states[state]} of a session`);
  return state;
}

/** Who has brought about the end of a session. */
export const enum EndedBy {
  /** The program, or nobody yet. */
  Program,
  /** The peer, by what it has sent or not done in time. */
  Peer,
  /** The connection, which is gone. */
  Connection,
}
