import type { AsyncResource } from 'node:async_hooks';
import { ERR_HTTP2_MAX_PENDING_SETTINGS_ACK } from '../errors.js';
import { type Settings, settingsPairs } from '../settings/values.js';
import { cancelSettings, type SettingsCallback } from './acknowledged.js';
import { limitDetails, OwnLimit, refuseFor } from './limits.js';
import type { Http2Session } from './session.js';

/** SETTINGS that wait for their acknowledgement. */
export interface SentSettings {
  context: AsyncResource;
  callback: SettingsCallback | undefined;
}

/** Sends SETTINGS on a connection that stands; too many that are not acknowledged end the session. */
export function submitSettings(session: Http2Session, settings: Settings, sent: SentSettings): void {
  if (session.destroyed) return;
  session._touch();
  const pairs = settingsPairs(settings);
  if (session._settings.full) {
    session._pendingAck--;
    sent.context.runInAsyncScope(cancelSettings, undefined, sent.callback);
    const { size, limit } = session._settings;
    session.destroy(refuseFor(session, new ERR_HTTP2_MAX_PENDING_SETTINGS_ACK(),
                              limitDetails(OwnLimit.OutstandingSettings, size + 1, limit, 'session')));
    return;
  }
  const custom = pairs.filter(([id]) => settings.customSettings !== undefined && String(id) in settings.customSettings);
  if (custom.length > 0) {
    session._localCustom = { ...session._localCustom, ...Object.fromEntries(custom) };
    session._localSettings = undefined;
  }
  session._settings.sent(sent);
  session._native!.settings(Float64Array.from(pairs.flat()), pairs.length);
  session._transport!.schedule();
}
