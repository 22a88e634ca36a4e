import { Date, setTimeout } from '../clock.js';

let cached: string | undefined;

/** The Date field's value (RFC 9110, section 6.6.1): the same string for all responses of one second. */
export function utcDate(): string {
  if (cached === undefined) {
    const now = new Date();
    cached = now.toUTCString();
    setTimeout(() => { cached = undefined; }, 1000 - now.getMilliseconds()).unref();
  }
  return cached;
}
