import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { clearTimeout, setTimeout } from '../clock.js';
import { getTimerDuration, validateFunction } from '../validate.js';

/** What sessions and streams have in common for `setTimeout`. */
export interface Timed extends EventEmitter {
  readonly destroyed: boolean;
  timeout?: number;
  /** @internal */ _timer: NodeJS.Timeout | null;
  /** @internal Counts what has been sent, so that a slow but moving transfer is not idle. */
  _progress: number;
  /** @internal `_progress` when the timer last fired. */
  _progressSeen: number;
  /** @internal Whether a write waits to be sent. */
  _isWriting(): boolean;
  /** @internal Hears of a time-out before the listeners. */
  _timedOut?(): void;
  /** @internal Activity: the timer starts over. */
  _touch(): void;
}

/**
 * Calls for a 'timeout' event after `msecs` milliseconds without activity; 0 calls it off. As on sockets, the timer
 * does not keep the process alive.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
 */
export function setIdleTimeout<T extends Timed>(self: T, msecs: number, callback?: () => void): T {
  if (self.destroyed) return self;
  self.timeout = msecs;
  const delay = getTimerDuration(msecs, 'msecs');
  if (self._timer !== null) {
    clearTimeout(self._timer);
    self._timer = null;
  }
  if (delay === 0) {
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      self.removeListener('timeout', callback);
    }
    return self;
  }
  self._timer = setTimeout(expire, delay, self);
  self._timer.unref();
  self._touch();
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    self.on('timeout', inCallersContext(self, callback));
  }
  return self;
}

/** A listener for one time, in the asynchronous context of now: that of the events may be another. */
function inCallersContext(self: Timed, callback: () => void): () => void {
  const context = new AsyncResource('HTTP2TIMEOUT');
  const once = (...args: unknown[]): void => {
    self.removeListener('timeout', once);
    context.runInAsyncScope(callback as (...args: unknown[]) => void, self, ...args);
  };
  // As with `once`: it can be removed by the function that was given.
  once.listener = callback;
  return once;
}

function expire(self: Timed): void {
  if (self.destroyed) return;
  if (self._isWriting() && self._progress !== self._progressSeen) {
    self._progressSeen = self._progress;
    self._touch();
    return;
  }
  self._timedOut?.();
  self.emit('timeout');
}

/** The end of a life: no timer, no listeners of it. */
export function clearIdleTimeout(self: Timed): void {
  if (self._timer !== null) {
    clearTimeout(self._timer);
    self._timer = null;
  }
  if (self.timeout) self.timeout = 0;
  if (self.listenerCount('timeout') > 0) self.removeAllListeners('timeout');
}
