// Errors on one stream: how many RST_STREAM, and whether the connection lives on.

import { Code, data, Flag, headers, priority, request, reset, windowUpdate } from '../../../frames.mjs';
import { known } from './known.mjs';

const scenario = (name, title, run, more = {}) =>
  ({ name: `resets/${name}`, area: 'behaviour', title, run, known: [known.streamErrors, known.resetOnce], ...more });

const post = (id, more) => headers(id, request(more, 'POST'), Flag.EndHeaders);
const silent = (stream) => { stream.on('error', () => {}); };
const reading = (stream) => {
  stream.resume();
  stream.respond({ ':status': 200 });
};

async function raw(stage, onStream, ...frames) {
  const server = await stage.serve({ onStream });
  const peer = await stage.client(server);
  for (const some of frames) {
    peer.send(...[some].flat());
    await peer.settled(1);
  }
  // Whoever is still served gets an answer on a fresh stream.
  peer.send(headers(101, request()));
  await peer.settled();
}

export default [
  scenario('window-data', 'More DATA on a stream than its window allows', (stage) => raw(stage, silent,
    [post(1), ...Array.from({ length: 5 }, () => data(1, Buffer.alloc(16384)))])),
  scenario('window-data-goes-on', 'DATA that goes on after the window was overrun', (stage) => raw(stage, silent,
    [post(1), ...Array.from({ length: 5 }, () => data(1, Buffer.alloc(16384)))], data(1, Buffer.alloc(16384)), data(1, Buffer.alloc(100)))),
  scenario('window-update-overflow', 'A WINDOW_UPDATE that lets a stream\'s window overflow', (stage) => raw(stage, silent,
    [post(1), windowUpdate(1, 0x7fffffff)])),
  scenario('window-update-overflow-twice', 'The same twice: how many RST_STREAM', (stage) => raw(stage, silent,
    [post(1), windowUpdate(1, 0x7fffffff), windowUpdate(1, 0x7fffffff)])),
  scenario('window-update-zero', 'A WINDOW_UPDATE of 0 on a stream', (stage) => raw(stage, silent, [post(1), windowUpdate(1, 0)])),
  scenario('field-error-then-data', 'DATA on a stream whose header fields were refused', (stage) => raw(stage, reading,
    [post(1, { 'X-Upper': '1' }), data(1, 'abc'), data(1, 'def', Flag.EndStream)])),
  scenario('field-error-then-reset', 'RST_STREAM on a stream whose header fields were refused', (stage) => raw(stage, reading,
    [post(1, { 'X-Upper': '1' }), reset(1, Code.Cancel)])),
  scenario('two-errors-at-once', 'Two errors of one stream in one chunk', (stage) => raw(stage, reading,
    [post(1, { 'content-length': '1' }), data(1, 'abc'), data(1, 'abc'), windowUpdate(1, 0)])),
  scenario('closed-by-server-then-data', 'DATA on a stream that the server has reset', (stage) => raw(stage,
    (stream) => stream.close(Code.Cancel), post(1), data(1, 'abc'), data(1, 'abc', Flag.EndStream))),
  scenario('closed-by-server-then-reset', 'A listener that resets a stream which the peer resets in the same chunk', (stage) => raw(stage,
    (stream) => stream.close(Code.Cancel), [post(1), reset(1, Code.Cancel)])),
  scenario('data-after-end', 'DATA after END_STREAM', (stage) => raw(stage, silent,
    [headers(1, request({}, 'POST')), data(1, 'late')])),
  scenario('headers-after-end', 'HEADERS after END_STREAM', (stage) => raw(stage, silent,
    [headers(1, request()), headers(1, { 'x-late': '1' })])),
  scenario('data-after-reset', 'DATA after the peer\'s own RST_STREAM', (stage) => raw(stage, silent,
    [post(1), reset(1, Code.Cancel), data(1, 'late')])),
  scenario('headers-after-reset', 'HEADERS after the peer\'s own RST_STREAM', (stage) => raw(stage, silent,
    [post(1), reset(1, Code.Cancel), headers(1, request())])),
  scenario('window-update-after-close', 'WINDOW_UPDATE on a stream that is closed', (stage) => raw(stage, undefined,
    headers(1, request()), windowUpdate(1, 100))),
  scenario('reset-twice', 'RST_STREAM twice', (stage) => raw(stage, silent, [post(1), reset(1, Code.Cancel), reset(1, Code.Cancel)])),
  scenario('reset-idle', 'RST_STREAM on an idle stream', (stage) => raw(stage, silent, reset(1, Code.Cancel))),
  scenario('window-update-idle', 'WINDOW_UPDATE on an idle stream', (stage) => raw(stage, silent, windowUpdate(1, 100))),
  scenario('priority-of-itself', 'PRIORITY that makes a stream depend on itself', (stage) => raw(stage, silent,
    [post(1), priority(1, 1, 16)]), { known: [known.priorities] }),
  scenario('too-many-streams', 'A stream beyond SETTINGS_MAX_CONCURRENT_STREAMS', async (stage) => {
    const server = await stage.serve({ options: { settings: { maxConcurrentStreams: 1 } }, onStream: silent });
    const peer = await stage.client(server);
    peer.send(post(1), post(3), data(3, 'abc'), post(5));
    await peer.settled();
  }),
];
