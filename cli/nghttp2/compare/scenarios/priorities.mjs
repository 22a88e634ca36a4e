// Priorities of RFC 7540 (section 5.3), which RFC 9113 deprecates, and of RFC 9218.

import { Flag, frame, headers, block, priority, request, Type, uint32 } from '../../../frames.mjs';
import { closed } from '../child/stage.mjs';
import { known } from './known.mjs';

const scenario = (name, title, run) =>
  ({ name: `priorities/${name}`, area: 'behaviour', title, run, known: [known.priorities] });

const withPriority = (id, weight, more = {}) => headers(id,
  Buffer.concat([uint32(0), Buffer.from([weight - 1]), block(request(more))]), Flag.EndHeaders | Flag.EndStream | Flag.Priority);

/** The streams that DATA frames belong to, in their order. */
const order = (peer, count) => peer.received(Type.Data).slice(0, count).map(({ id }) => id).join(' ');

export default [
  scenario('of-requests', 'Weight and parent of a request', async (stage) => {
    const { session } = await stage.pair();
    const first = session.request({ ':path': '/first' }, { weight: 200 });
    const second = session.request({ ':path': '/second' }, { weight: 10, parent: 1, exclusive: true });
    await Promise.all([closed(first), closed(second)]);
  }),

  scenario('changed', 'stream.priority()', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream) => stream.respond({ ':status': 200 }) });
    const request = session.request({ ':path': '/' });
    await new Promise((resolve) => { request.once('response', resolve); });
    request.priority({ weight: 100, parent: 0, exclusive: false });
    stage.note('client: weight', request.state.weight);
    await new Promise((resolve) => { session.ping(resolve); });
  }),

  scenario('received', 'PRIORITY from a client, and the weight that the server sees', async (stage) => {
    const weights = [];
    const server = await stage.serve({ onStream: (stream) => {
      weights.push(stream.state.weight);
      stream.respond({ ':status': 200 });
      stream.end('hello');
    } });
    const peer = await stage.client(server);
    peer.send(priority(1, 0, 77), withPriority(1, 200), withPriority(3, 1));
    await peer.settled();
    stage.note('weights', weights);
  }),

  scenario('followed', 'The order of DATA of two streams with weights 256 and 1', async (stage) => {
    const server = await stage.serve({ onStream: (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(200_000));
    } });
    const peer = await stage.client(server, { values: [[4, 1 << 20]] });
    peer.send(frame(Type.WindowUpdate, 0, 0, uint32(1 << 20)), withPriority(1, 1), withPriority(3, 256));
    await peer.until(() => peer.received(Type.Data).filter(({ flags }) => flags & Flag.EndStream).length === 2);
    stage.note('order of the first 12 DATA frames', order(peer, 12));
  }),

  scenario('extensible', 'The order of DATA with "priority: u=..." (RFC 9218)', async (stage) => {
    const server = await stage.serve({ onStream: (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(200_000));
    } });
    const peer = await stage.client(server, { values: [[4, 1 << 20], [9, 1]] });
    peer.send(frame(Type.WindowUpdate, 0, 0, uint32(1 << 20)),
      headers(1, request({ priority: 'u=7' })), headers(3, request({ priority: 'u=0' })));
    await peer.until(() => peer.received(Type.Data).filter(({ flags }) => flags & Flag.EndStream).length === 2);
    stage.note('order of the first 12 DATA frames', order(peer, 12));
  }),
];
