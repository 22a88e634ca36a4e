/** The environment in which sockets are read and written by their public API, where the recorder sees it. */
export const IN_SIGHT = { DUETTO_DIRECT: '0' };
