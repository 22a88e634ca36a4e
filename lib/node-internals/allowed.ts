// DUETTO_INTERNALS=0 in the environment leaves Node to its public API: every file of this folder then takes the public way.

/** Whether what is beyond Node's public API may be used, where it is what it is expected to be. */
export const internalsAllowed = process.env.DUETTO_INTERNALS !== '0';

/** The same for sockets, which DUETTO_DIRECT=0 leaves alone too. */
export const directAllowed = internalsAllowed && process.env.DUETTO_DIRECT !== '0';

/** @returns whether the short way may be taken: a probe that throws has not found what it looks for */
export function works(probe: () => boolean): boolean {
  if (!internalsAllowed) return false;
  try {
    return probe();
  } catch {
    return false;
  }
}
