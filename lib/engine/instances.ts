import path = require('node:path');
import { allPlaces, describe, idOf } from './locations.js';
import { addonAtStart, EngineError, findEngine, startEngine, VARIABLE, withAddon } from './selection.js';

/** An engine that is here. */
export interface Engine {
  /** What `engine()` and DUETTO_NGHTTP2 take. */
  readonly id: string;
  /** The version of its nghttp2; undefined if nothing beside the addon says so. */
  readonly version: string | undefined;
  /** The addon. */
  readonly file: string;
  /** Whether this is the one that `require('duetto')` gives, or would. */
  readonly active: boolean;
}

/** The library itself, which this room knows nothing of but that it says which nghttp2 is in it. */
interface Library {
  readonly nghttp2: { readonly version: string };
}

const home = path.join(__dirname, '..') + path.sep;
/** By its name: this room is below all others, and loads the library as a user does. */
const entry = path.join(home, 'index.js');

/**
 * What all engines of a process share: this folder, and what users hold against each other. With the symbol, headers
 * received by one engine can be sent by another.
 */
const shared = new Set(['symbols.js', 'builtin.js', 'constants.js'].map((name) => home + name));

function isOwn(file: string): boolean {
  return file.startsWith(home) && file.endsWith('.js') && !file.startsWith(__dirname + path.sep) && !shared.has(file);
}

/** Loads the library once more, with classes and state of its own. */
function loadAgain(file: string): Library {
  const { cache } = require;
  const before = new Map<string, NodeJS.Module>();
  const takeOut = (): void => {
    for (const [name, module] of Object.entries(cache)) {
      if (!isOwn(name)) continue;
      if (!before.has(name)) before.set(name, module!);
      delete cache[name];
    }
  };
  takeOut();
  const original = new Map(before);
  try {
    return withAddon(file, () => require(entry) as Library);
  } finally {
    takeOut();
    for (const [name, module] of original) cache[name] = module;
  }
}

const loaded = new Map<string, Library>();

/**
 * A complete `http2` module on another nghttp2, in this process. The same one each time; `require('duetto')` itself, if
 * that runs on it.
 *
 * @param version of the nghttp2, or the id of a build of your own: see `engines()`
 * @throws EngineError (ERR_DUETTO_ENGINE) if it is not here, or does not fit this version of duetto
 */
export function engine(version: string): Library {
  if (typeof version !== 'string') {
    throw new TypeError(`The version of an engine must be a string such as '1.64.0', not ${typeof version}`);
  }
  const main = require(entry) as Library;
  const { file: own, id = main.nghttp2.version } = startEngine()!;
  if (version === id) return main;
  const { file } = findEngine(version, `engine('${version}')`);
  if (file === own) return main;
  let module = loaded.get(file);
  if (module === undefined) loaded.set(file, module = loadAgain(file));
  return module;
}

/** The engines that are here, by version. */
export function engines(): Engine[] {
  const active = activeFile();
  const activeId = active && idOf(active);
  return allPlaces().map(({ id, file }) => {
    const isActive = id === activeId;
    return { id, version: describe(file)?.version, file: isActive ? active! : file, active: isActive };
  });
}

function activeFile(): string | undefined {
  try {
    return startEngine()?.file ?? addonAtStart();
  } catch {
    return undefined; // DUETTO_NGHTTP2 names one that is not here, or there is none.
  }
}

/**
 * Picks the engine of this process, as DUETTO_NGHTTP2 does: for what loads duetto after this, and for worker threads and
 * child processes started after this.
 *
 * @throws EngineError (ERR_DUETTO_ENGINE) if it is not here, or if duetto has been loaded already with another
 */
export function selectEngine(version: string): void {
  const place = findEngine(version, `selectEngine('${version}')`);
  const own = startEngine();
  if (own !== undefined && own.file !== place.file) {
    throw new EngineError(
      `duetto: nghttp2 ${place.id} cannot be picked any more, duetto has been loaded with ${own.id ?? own.file}. ` +
      `Call selectEngine() before anything requires or imports duetto; or use engine('${place.id}').`);
  }
  delete process.env.DUETTO_BINDING;
  process.env[VARIABLE] = place.id;
}
