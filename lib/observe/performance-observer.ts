import * as hooks from 'node:perf_hooks';
import { inNextTurn } from '../deferrals.js';
import { type Http2PerformanceEntry, observeEntries } from './entries.js';
import type { EntryList as EntryListType } from './types.js';

type Entry = hooks.PerformanceEntry;
type Callback = (list: EntryListType, observer: hooks.PerformanceObserver) => void;

/** Entries that a later observer gets with `buffered`: those recorded while another one observed. */
const MAX_KEPT = 250;

// The type declarations leave it out.
const Node = hooks.PerformanceObserver as typeof hooks.PerformanceObserver & { readonly supportedEntryTypes: readonly string[] };
const NodeList = (hooks as unknown as { PerformanceObserverEntryList?: { prototype: object } }).PerformanceObserverEntryList;

const observing = new Set<PerformanceObserver>();
const kept: Http2PerformanceEntry[] = [];

function record(entry: Http2PerformanceEntry): void {
  if (kept.length === MAX_KEPT) kept.shift();
  kept.push(entry);
  for (const observer of observing) observer._add(entry as unknown as Entry);
}

function byStart(a: Entry, b: Entry): number {
  return a.startTime - b.startTime;
}

/** What an observer's callback is given: Node's interface, with entries of both. */
class EntryList implements hooks.PerformanceObserverEntryList {
  readonly #entries: Entry[];

  constructor(entries: Entry[]) {
    this.#entries = entries.sort(byStart);
  }

  getEntries(): Entry[] {
    return this.#entries.slice();
  }

  getEntriesByType(type: hooks.EntryType): Entry[] {
    return this.#entries.filter((entry) => entry.entryType === type);
  }

  getEntriesByName(name: string, type?: hooks.EntryType): Entry[] {
    return this.#entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type));
  }

  toJSON(): Entry[] {
    return this.getEntries();
  }
}
// For `instanceof`.
if (NodeList !== undefined) Object.setPrototypeOf(EntryList.prototype, NodeList.prototype);

interface ObserveOptions {
  entryTypes?: readonly string[] | undefined;
  type?: string | undefined;
  buffered?: boolean | undefined;
}

/**
 * Node's PerformanceObserver, which gets the entries of this library's sessions and streams (type 'http2') as well.
 * Streams are measured from the moment on that somebody observes.
 */
export class PerformanceObserver extends Node {
  readonly #callback: Callback;
  #entries: Entry[] = [];
  #scheduled = false;

  /** @throws ERR_INVALID_ARG_TYPE */
  constructor(callback: Callback) {
    // Node checks the callback.
    super(typeof callback === 'function' ? (list) => this.#deliver(list.getEntries()) : callback);
    this.#callback = callback;
  }

  static override get supportedEntryTypes(): readonly string[] {
    const types = Node.supportedEntryTypes;
    return types.includes('http2') ? types : Object.freeze([...types, 'http2'].sort());
  }

  /**
   * @param options `entryTypes`, or `type` (which adds to what is observed already) and `buffered`
   * @throws ERR_INVALID_ARG_TYPE, ERR_MISSING_ARGS, ERR_INVALID_ARG_VALUE
   */
  override observe(options: ObserveOptions): void {
    // Entries of node:http2 are wanted too, and the checks are Node's.
    super.observe(options as Parameters<hooks.PerformanceObserver['observe']>[0]);
    const { entryTypes, type, buffered } = options;
    const wanted = entryTypes !== undefined ? entryTypes.includes('http2') : type === 'http2';
    if (!wanted) {
      // `entryTypes` replaces what was observed before.
      if (entryTypes !== undefined) this.#stop();
      return;
    }
    observing.add(this);
    observeEntries(record);
    if (buffered === true && entryTypes === undefined) for (const entry of kept) this._add(entry as unknown as Entry);
  }

  override disconnect(): void {
    super.disconnect();
    this.#stop();
    this.#entries = [];
  }

  override takeRecords(): Entry[] {
    const entries = [...super.takeRecords(), ...this.#entries].sort(byStart);
    this.#entries = [];
    return entries;
  }

  /** @internal */
  _add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // As Node does: many entries in one call.
    inNextTurn(() => {
      this.#scheduled = false;
      this.#deliver(super.takeRecords());
    });
  }

  #stop(): void {
    observing.delete(this);
    if (observing.size === 0) observeEntries(undefined);
  }

  #deliver(theirs: Entry[]): void {
    const entries = theirs.concat(this.#entries);
    this.#entries = [];
    if (entries.length > 0) this.#callback.call(this, new EntryList(entries) as unknown as EntryListType, this);
  }
}
