import net = require('node:net');
import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';
import { afterFrames, afterPeerReads, atEndOfTurn } from '../deferrals.js';
import { rethrow } from '../rethrow.js';
import { DirectReader } from '../socket/direct-reader.js';
import { Dispatch, type Recorded } from './dispatch.js';
import { Inbound } from './inbound.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';
import { Outbound, type OutboundListener } from './outbound.js';

/**
 * Between a session and its socket: received chunks go to the core, portion by portion, and what it recorded is
 * dispatched; what the core wants to send is written once per portion, or once per turn.
 *
 * Any Duplex will do, by its public API. Node's own sockets are read and written in a shorter way where they allow it.
 */
export class Transport implements OutboundListener {
  /** A portion is being dispatched: what is written in answer to it leaves after that. */
  private receiving = false;
  private scheduled = false;
  private working = false;
  private closed = false;
  private reader: DirectReader | undefined;
  private onData: ((chunk: Uint8Array | string) => void) | undefined;
  private readonly dispatch: Dispatch;
  private readonly inbound: Inbound;
  private readonly outbound: Outbound;
  /** Streams whose writes are put together until the portion that they may answer is dispatched. */
  private gathering: ConnectionStream[] | undefined;
  /** Node's own sockets call from the event loop; any other Duplex from wherever it is written to. */
  private readonly fromEventLoop: boolean;

  constructor(private readonly session: ConnectionSession, native: NativeSession, readonly socket: Duplex) {
    this.fromEventLoop = socket instanceof net.Socket;
    this.dispatch = new Dispatch(session, () => this.work());
    this.inbound = new Inbound(session, native, socket, this.dispatch, () => this.turn());
    this.outbound = new Outbound(session, native, socket, this);
  }

  start(): void {
    this.reader = DirectReader.for(this.socket, this);
    if (this.reader === undefined) {
      this.onData = (chunk) => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, this.socket.readableEncoding ?? 'utf8') : chunk;
        this.receive(bytes, bytes.length);
      };
      this.socket.on('data', this.onData);
    }
    // A socket that somebody has paused before handing it over must flow as well.
    this.socket.resume();
  }

  /** Frames were received that nobody has been notified of: the session must not end as if there were none. */
  get holdsReceived(): boolean {
    return this.inbound.holds || this.dispatch.holdsReceived;
  }

  /** @returns whether all that was received before is passed on; if not, it is going to be, and then `_onIdle` is called */
  connectionIsGone(): boolean {
    if (this.closed || !this.holdsReceived) return true;
    this.inbound.connectionIsGone();
    this.outbound.blocked = false;
    if (!this.working && !this.dispatch.goesOn && !this.inbound.awaitsTurn) atEndOfTurn(workOn, this);
    return false;
  }

  /** Sends what is left; then nothing more is received or sent. The socket keeps flowing, so that its end is seen. */
  finish(): void {
    if (this.closed) return;
    this.release();
    this.outbound.finish();
    this.closed = true;
    this.reader?.stop();
    if (this.onData !== undefined) this.socket.removeListener('data', this.onData);
    this.inbound.drop();
    // Gives the batches back; nobody is notified any more.
    this.dispatch.run();
  }

  /**
   * @internal The memory is good until this returns. A listener that throws does not throw here: what Node has decrypted
   * and not handed over yet would be lost.
   */
  receive(chunk: Uint8Array, length: number): void {
    try {
      this.take(chunk, length);
    } catch (error) {
      rethrow(error);
    }
  }

  private take(chunk: Uint8Array, length: number): void {
    if (this.closed) return;
    this.session._touch();
    this.session._busyPoll?.answered();
    if (this.working || this.inbound.holds || this.dispatch.busy) {
      this.inbound.keep(chunk, 0, length);
      if (!this.working && !this.dispatch.goesOn) this.work();
      return;
    }
    if (this.fromEventLoop) this.dispatch.ticksHaveRun();
    this.inbound.begin(chunk, length, this.outbound.blocked);
    this.receiving = true;
    this.work();
  }

  /** The event loop has turned, and what is received may be parsed. */
  private turn(): void {
    if (this.closed) return;
    if (this.fromEventLoop && !this.dispatch.goesOn) this.dispatch.ticksHaveRun();
    this._workOn();
  }

  /**
   * Goes on with all that is to be done, until something has to be waited for. Nobody else dispatches or flushes, so there is
   * one stack of it at most, however sessions are connected.
   */
  private work(): void {
    if (this.working) return;
    this.working = true;
    const { dispatch, outbound } = this;
    try {
      for (;;) {
        dispatch.run();
        if (dispatch.goesOn || this.closed) break;
        if (this.receiving) {
          this.receiving = false;
          this.release();
          this.scheduled = true;
        } else if ((this.scheduled || outbound.more) && !outbound.blocked && !this.socket.destroyed) {
          this.scheduled = false;
          outbound.pull(this.fromEventLoop);
        } else if (outbound.held > 0) {
          outbound.pull(false);
        } else if (this.inbound.parseNext(outbound.blocked)) {
          this.receiving = true;
        } else {
          break;
        }
      }
    } finally {
      this.working = false;
      if (outbound.held > 0 && !this.closed) outbound.pull(false);
    }
    if (!this.closed && !dispatch.busy && !this.holdsReceived) this.session._onIdle();
  }

  /**
   * What a stream writes in answer to the portion that is being dispatched becomes one write: in one frame where it has
   * room, and with one crossing into the core.
   */
  gather(stream: ConnectionStream): void {
    if (!this.receiving) return;
    stream.cork();
    stream._gathering = true;
    (this.gathering ??= []).push(stream);
  }

  /** Hands over what was gathered: the portion is dispatched, or a stream ends in some way. */
  release(): void {
    const { gathering } = this;
    if (gathering === undefined) return;
    this.gathering = undefined;
    for (const stream of gathering) {
      stream._gathering = false;
      stream.uncork();
    }
  }

  /** The first flush waits for the event loop: what TLS sends after its handshake, the tickets of TLS 1.3, goes first. */
  scheduleFirst(): void {
    this.scheduled = true;
    // Not as an argument: Node holds the last one for as long as it runs immediates, though the session may be over by then.
    afterFrames(() => this._workOn());
  }

  /** Asks for a flush at the end of this turn. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Whoever works flushes at its end.
    if (!this.working && !this.dispatch.goesOn) atEndOfTurn(workOn, this);
  }

  /** @internal */
  _workOn(): void {
    if (!this.closed && !this.dispatch.goesOn) this.work();
  }

  /** Who closes a stream may wait for its 'close' after promises of this turn: it is not told before they have run. */
  holdClose(): void {
    this.dispatch.wrote = true;
  }

  /** Sends what is written now, before it is dropped; from within any call. Nobody is notified before its turn ends. */
  purge(): void {
    if (this.closed) return;
    this.release();
    if (this.outbound.blocked) return;
    this.outbound.pullAll();
    if (!this.working && !this.dispatch.goesOn && this.dispatch.busy) atEndOfTurn(workOn, this);
  }

  /** @internal Streams learn what has become of their writes. */
  sent(recorded: Recorded): void {
    if (this.fromEventLoop) this.dispatch.add(recorded);
    // A Duplex hands the bytes over at once: the reader of what was written must get a turn before the writer.
    else afterPeerReads(dispatchLater, this, recorded);
  }

  /** @internal */
  socketMoves(): void {
    if (this.outbound.hasRoomAgain()) {
      this.scheduled = true;
      this.inbound.outputHasRoom();
      this._workOn();
    }
    if (this.dispatch.busy) this._workOn();
  }

  /** @internal */
  _dispatchLater(recorded: Recorded): void {
    this.dispatch.add(recorded);
    if (this.closed) this.dispatch.run();
    else this._workOn();
  }
}

function dispatchLater(transport: Transport, recorded: Recorded): void {
  transport._dispatchLater(recorded);
}

function workOn(transport: Transport): void {
  transport._workOn();
}
