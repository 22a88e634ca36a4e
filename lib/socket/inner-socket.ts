import type net = require('node:net');

/**
 * What a socket of Node's has inside. None of it is promised by the documentation, so whoever uses it looks first
 * whether it is what it is expected to be, and takes the public way if not.
 */
export interface InnerSocket extends net.Socket {
  readonly _handle?: {
    /** The descriptor; negative once it is closed. */
    readonly fd?: number;
    /** Makes it read into this memory, and no more into memory of its own for each chunk. */
    useUserBuffer?(memory: Uint8Array): unknown;
  } | null;
}

/** DUETTO_DIRECT=0 in the environment leaves sockets to their public API. */
export const directAllowed = process.env.DUETTO_DIRECT !== '0';
