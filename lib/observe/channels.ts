import type { AsyncResource } from 'node:async_hooks';
import { type Channel, channel } from 'node:diagnostics_channel';

/** The diagnostics channels of node:http2, by the same names. */
export const clientChannels = {
  created: channel('http2.client.stream.created'),
  start: channel('http2.client.stream.start'),
  error: channel('http2.client.stream.error'),
  bodyChunkSent: channel('http2.client.stream.bodyChunkSent'),
  bodySent: channel('http2.client.stream.bodySent'),
  finish: channel('http2.client.stream.finish'),
  close: channel('http2.client.stream.close'),
};

export const serverChannels = {
  created: channel('http2.server.stream.created'),
  start: channel('http2.server.stream.start'),
  error: channel('http2.server.stream.error'),
  finish: channel('http2.server.stream.finish'),
  close: channel('http2.server.stream.close'),
};

/** Channels that only duetto has: of sessions, on both sides (`session.type` says which). */
export const sessionChannels = {
  created: channel('duetto.session.created'),
  closed: channel('duetto.session.closed'),
  goawaySent: channel('duetto.session.goaway.sent'),
  goawayReceived: channel('duetto.session.goaway.received'),
  limit: channel('duetto.session.limit'),
  settings: channel('duetto.session.settings'),
};

/** In the context of the stream that the message is about. */
export function publishIn(context: AsyncResource | undefined, to: Channel, message: object): void {
  if (context !== undefined) context.runInAsyncScope(to.publish, to, message);
  else to.publish(message);
}
