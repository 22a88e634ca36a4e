import type { NativeSession } from '../binding/contract.js';

/** A session, as it is observed: nothing here is changed by who observes, but the numbers that it leaves behind. */
export interface ObservedSession {
  readonly type: number;
  readonly _native: NativeSession | undefined;
  readonly _pings: Outstanding;
  readonly _settings: { readonly outstanding: Outstanding };
  readonly _originSet: ReadonlySet<string> | undefined;
  readonly _maxOriginSetSize: number;
  /** Milliseconds until the last PING was answered. */
  readonly _pingRTT: number | undefined;
  readonly _destroyCode: number;
  readonly _deadlines: { headersUse(): TimeUse | undefined; stallUse(): TimeUse | undefined } | undefined;
  /** See Stat; of a destroyed session. */
  _finalStats: Float64Array | undefined;
}

/** Frames that are not acknowledged yet. */
interface Outstanding {
  readonly size: number;
  readonly limit: number;
}

/** Milliseconds of so many that are allowed. */
interface TimeUse {
  readonly time: number;
  readonly timeout: number;
}
