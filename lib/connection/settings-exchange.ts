import type { AsyncResource } from 'node:async_hooks';
import type { NativeSession } from '../binding/contract.js';
import { effectiveSettings, settingsOf } from '../settings/effective.js';
import type { Settings } from '../settings/values.js';
import { Acknowledged, type SettingsCallback } from './acknowledgements.js';

/** SETTINGS that wait for their acknowledgement. */
export interface SentSettings {
  context: AsyncResource;
  callback: SettingsCallback | undefined;
}

type Custom = Record<number, number>;

/** The settings of both sides of a session, and which of this side's the peer has yet to acknowledge (RFC 9113, section 6.5.3). */
export class SettingsExchange {
  /** SETTINGS that were asked for and are not acknowledged, sent or not. */
  pending = 0;
  readonly outstanding: Acknowledged<SentSettings>;
  #local: Settings | undefined;
  #remote: Settings | undefined;
  #localCustom: Custom | undefined;
  #remoteCustom: Custom | undefined;

  /** @param limit how many SETTINGS may be outstanding */
  constructor(limit: number) {
    this.outstanding = new Acknowledged(limit);
  }

  /** Those of this side that are in effect. @param native undefined if there is no connection to ask */
  localSettings(native: NativeSession | undefined): Settings {
    if (this.#local !== undefined) return this.#local;
    return native === undefined ? {} : this.#local = effectiveSettings(native, false, this.#localCustom);
  }

  /** Those of the peer. @param native undefined if there is no connection to ask */
  remoteSettings(native: NativeSession | undefined): Settings {
    if (this.#remote !== undefined) return this.#remote;
    return native === undefined ? {} : this.#remote = effectiveSettings(native, true, this.#remoteCustom);
  }

  /** SETTINGS are sent. @param custom identifiers that have no name in this library, with their values */
  sent(settings: SentSettings, custom: ReadonlyArray<readonly [number, number]>): void {
    if (custom.length > 0) {
      this.#localCustom = { ...this.#localCustom, ...Object.fromEntries(custom) };
      this.#local = undefined;
    }
    this.outstanding.sent(settings);
  }

  /** The peer's SETTINGS have come: see Record.Settings. @returns the settings that they replace, if they were asked for, and what is in effect now */
  received(ints: Int32Array, at: number, custom: number, count: number): { previous: Settings | undefined; settings: Settings } {
    for (let i = 0; i < count; i++) (this.#remoteCustom ??= {})[ints[custom + 2 * i]!] = ints[custom + 2 * i + 1]! >>> 0;
    const previous = this.#remote;
    return { previous, settings: this.#remote = settingsOf(ints, at, this.#remoteCustom) };
  }

  /** The peer has acknowledged the oldest SETTINGS. @returns undefined if nothing was outstanding */
  acknowledged(ints: Int32Array, at: number): { previous: Settings | undefined; settings: Settings; what: SentSettings; duration: number } | undefined {
    const first = this.outstanding.acknowledge();
    if (first === undefined) return undefined;
    this.pending--;
    const previous = this.#local;
    return { ...first, previous, settings: this.#local = settingsOf(ints, at, this.#localCustom) };
  }

  /** The session is over: what the peer allowed does not hold any more. */
  end(): void {
    this.#remote = undefined;
  }
}
