import * as http from 'node:http';
import * as net from 'node:net';
import { works } from './allowed.js';

// What http.Server has of its own, symbols included: Node looks for the classes of messages under some, in `socket.server`.

/** What every server that listens has. */
const listening = new Set(Reflect.ownKeys(new net.Server()));

/** The documented ones. */
const documented: readonly string[] = [
  'timeout', 'headersTimeout', 'requestTimeout', 'keepAliveTimeout', 'maxHeadersCount', 'maxRequestsPerSocket',
];

function probe(): boolean {
  class Request extends http.IncomingMessage {}
  class Response extends http.ServerResponse {}
  const server = new http.Server({ IncomingMessage: Request, ServerResponse: Response as never });
  const symbols = Object.getOwnPropertySymbols(server).map((key) => (server as unknown as Record<symbol, unknown>)[key]);
  return symbols.includes(Request) && symbols.includes(Response);
}

/** Whether a server that takes over the members of another gets the classes of its messages with them. */
export const classesAreMembers = works(probe);

/** Names of what a server has besides what every server that listens has. */
export function ownMembers(server: http.Server): PropertyKey[] {
  const keys: readonly PropertyKey[] = classesAreMembers ? Reflect.ownKeys(server) : documented;
  return keys.filter((name) => !listening.has(name as string) && name in server);
}
