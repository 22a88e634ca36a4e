// Scenarios of Http2ServerResponse.

import { attempt, describeError, type Loose, parity, until } from './parity.js';

/** Serves one scenario per path: name -> handler, asked for in turn with the answers recorded. */
export type Handlers = Record<string, (response: Loose, request: Loose) => unknown>;

export function each(name: string, handlers: Handlers, headers: object = {}, options: Parameters<typeof parity>[2] = {}): void {
  parity(name, async (t) => {
    const names = Object.keys(handlers);
    await t.serve((request, response) => {
      const handler = names[Number(request.url.slice(1))]!;
      t.watch(`${handler}: events`, response, 'finish', 'close', 'error');
      try {
        const result = handlers[handler]!(response, request);
        if (typeof result === 'string') t.record(handler, result);
      } catch (error) {
        t.record(handler, describeError(error));
        response.end();
      }
    });
    for (const [index, handler] of names.entries()) {
      const { status, headers: fields, body, trailers, rstCode, informational } = await t.ask({ ':path': `/${index}`, ...headers });
      t.record(handler, { status, fields, body, trailers, rstCode, informational });
      await until(() => t.lanes[`${handler}: events`]?.includes('close'));
    }
  }, options);
}

export function attemptAndEnd(response: Loose, action: () => unknown): unknown {
  const result = attempt(action);
  response.end();
  return String(result);
}
