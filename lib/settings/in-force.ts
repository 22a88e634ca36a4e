import type { NativeSession } from '../binding/contract.js';
import type { Settings } from './values.js';

/** What one side of a session has announced and the other has acknowledged. */
export function settingsInForce(native: NativeSession, remote: boolean, custom: Record<number, number> | undefined): Settings {
  const settings: Settings = {
    headerTableSize: native.setting(1, remote),
    enablePush: native.setting(2, remote) !== 0,
    initialWindowSize: native.setting(4, remote),
    maxFrameSize: native.setting(5, remote),
    maxConcurrentStreams: native.setting(3, remote),
    maxHeaderListSize: native.setting(6, remote),
    maxHeaderSize: native.setting(6, remote),
    enableConnectProtocol: native.setting(8, remote) !== 0,
  };
  if (custom !== undefined) settings.customSettings = { ...custom };
  return settings;
}
