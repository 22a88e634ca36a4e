import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { native } from '../binding/load.js';
import { Deadlines } from '../connection/deadlines.js';
import { nativeOptions, watchRemoteSettings } from '../connection/native-options.js';
import type { SessionOptions } from '../connection/session-options.js';
import { Transport } from '../connection/transport.js';
import { constants } from '../constants.js';
import { afterCall } from '../deferrals.js';
import type { Http2Session } from './session.js';

/** What is asked of a socket, beyond Duplex, where it has it. */
export interface ConnectingSocket extends Duplex {
  connecting?: boolean;
  secureConnecting?: boolean;
  encrypted?: boolean;
  alpnProtocol?: string;
  setNoDelay?(): void;
  disableRenegotiation?(): void;
  ref(): void;
  unref(): void;
}

/** Sets a session up, now or as soon as its socket is connected. */
export function whenConnected(session: Http2Session, socket: Duplex, options: SessionOptions): void {
  const { setNoDelay, disableRenegotiation, connecting, secureConnecting } = socket as ConnectingSocket;
  if (typeof setNoDelay === 'function') setNoDelay.call(socket);
  if (typeof disableRenegotiation === 'function') disableRenegotiation.call(socket);
  // Any other Duplex can be written to, whatever its properties are called.
  if (!(socket instanceof net.Socket) || (!connecting && !secureConnecting)) {
    setUp(session, socket, options);
    return;
  }
  socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
    try {
      setUp(session, socket, options);
    } catch (error) {
      socket.destroy(error);
    }
  });
}

/** The connection stands: makes the core's session and announces the settings. */
function setUp(session: Http2Session, socket: Duplex, options: SessionOptions): void {
  if (session.destroyed) {
    afterCall(emitConnect, session, socket);
    return;
  }
  session._establish();
  const handle = new native.Session(session._type, nativeOptions(options));
  watchRemoteSettings(handle, options.remoteCustomSettings);
  session._native = handle;
  const { encrypted, alpnProtocol } = socket as ConnectingSocket;
  session._encrypted = Boolean(encrypted);
  session._alpnProtocol = encrypted ? alpnProtocol : 'h2c';
  session._transport = new Transport(session, handle, socket);
  if (session._encrypted && session._type === constants.NGHTTP2_SESSION_SERVER) session._transport.scheduleFirst();
  session._deadlines = new Deadlines(session, options);
  session.settings(typeof options.settings === 'object' ? options.settings : {});
  if (options.connectionWindowSize !== undefined) handle.setLocalWindowSize(options.connectionWindowSize);
  if (session._type === constants.NGHTTP2_SESSION_SERVER && Array.isArray(options.origins))
    (session as unknown as { origin(...origins: string[]): void }).origin(...options.origins);
  session._transport.schedule();
  afterCall(emitConnect, session, socket);
  // A tick later, so that whoever made the session has put its listeners in place.
  afterCall(startTransport, session._transport);
}

function emitConnect(session: Http2Session, socket: Duplex): void {
  session.emit('connect', session, socket);
}

function startTransport(transport: Transport): void {
  transport.start();
}
