import type { NativeSession } from '../binding/contract.js';
import type { Settings } from './values.js';

/** What one side of a session has announced and the other has acknowledged. */
export function effectiveSettings(native: NativeSession, remote: boolean, custom: Record<number, number> | undefined): Settings {
  return settingsOf([1, 2, 3, 4, 5, 6, 8].map((id) => native.setting(id, remote)), 0, custom);
}

/** The same from a record: the values of the identifiers 1 to 6, and 8. */
export function settingsOf(values: ArrayLike<number>, at: number, custom: Record<number, number> | undefined): Settings {
  const maxHeaderListSize = values[at + 5]! >>> 0;
  const settings: Settings = {
    headerTableSize: values[at]! >>> 0,
    enablePush: values[at + 1] !== 0,
    initialWindowSize: values[at + 3]! >>> 0,
    maxFrameSize: values[at + 4]! >>> 0,
    maxConcurrentStreams: values[at + 2]! >>> 0,
    maxHeaderListSize,
    maxHeaderSize: maxHeaderListSize,
    enableConnectProtocol: values[at + 6] !== 0,
  };
  if (custom !== undefined) settings.customSettings = { ...custom };
  return settings;
}
