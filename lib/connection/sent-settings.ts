import { ERR_HTTP2_MAX_PENDING_SETTINGS_ACK } from '../errors/index.js';
import { type Settings, settingsPairs } from '../settings/values.js';
import { cancelSettings } from './acknowledgements.js';
import type { ConnectionSession } from './interfaces.js';
import { limitDetails, OwnLimit, refuseFor } from './limits.js';
import type { SentSettings } from './settings-exchange.js';

/** Sends SETTINGS on a connection that stands; too many that are not acknowledged end the session. */
export function submitSettings(session: ConnectionSession, settings: Settings, sent: SentSettings): void {
  if (session.destroyed) return;
  session._touch();
  const pairs = settingsPairs(settings);
  const { outstanding } = session._settings;
  if (outstanding.full) {
    session._settings.pending--;
    sent.context.runInAsyncScope(cancelSettings, undefined, sent.callback);
    const { size, limit } = outstanding;
    session.destroy(refuseFor(session, new ERR_HTTP2_MAX_PENDING_SETTINGS_ACK(),
                              limitDetails(OwnLimit.OutstandingSettings, size + 1, limit, 'session')));
    return;
  }
  const custom = pairs.filter(([id]) => settings.customSettings !== undefined && String(id) in settings.customSettings);
  session._settings.sent(sent, custom);
  session._native!.settings(Float64Array.from(pairs.flat()), pairs.length);
  session._transport!.schedule();
}
