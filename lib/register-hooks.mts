// Loader hooks for Node without `module.registerHooks`. They run on a thread of their own, so they get what they need
// to know through `initialize`.

interface Places {
  /** The ES module entry. */
  entry: string;
  /** The folder of this package's code. */
  home: string;
}

interface Context {
  parentURL?: string | undefined;
}

interface Resolved {
  url: string;
  format?: string | null | undefined;
  shortCircuit?: boolean | undefined;
}

let places: Places;

export function initialize(given: Places): void {
  places = given;
}

export function resolve(
  specifier: string, context: Context, next: (specifier: string, context: Context) => Promise<Resolved>,
): Resolved | Promise<Resolved> {
  const asked = specifier === 'http2' || specifier === 'node:http2';
  if (!asked || context.parentURL?.startsWith(places.home)) return next(specifier, context);
  return { url: places.entry, format: 'module', shortCircuit: true };
}
