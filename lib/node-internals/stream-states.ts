import { internalsAllowed } from './allowed.js';

interface WithStates {
  readonly _readableState?: unknown;
  readonly _writableState?: unknown;
}

/** What `util.inspect` shows of a stream, as for the streams of node:http2. There is no public way, and no need of one. */
export function inspectedStates(stream: object): { readableState?: unknown; writableState?: unknown } {
  if (!internalsAllowed) return {};
  const { _readableState: readableState, _writableState: writableState } = stream as WithStates;
  return { readableState, writableState };
}
