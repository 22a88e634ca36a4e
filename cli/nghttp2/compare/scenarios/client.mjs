// The engine as a client of a server that misbehaves.

import { block, Code, data, Flag, frame, headers, request, reset, Type, uint32, windowUpdate } from '../../../frames.mjs';
import { closed } from '../child/stage.mjs';
import { known } from './known.mjs';

const ok = { ':status': '200' };

/** A GET is answered with those frames. */
const scenario = (name, title, ...frames) => ({
  name: `client/${name}`,
  area: 'behaviour',
  title,
  known: [known.streamErrors],
  async run(stage) {
    const { session, peer } = await stage.meet();
    session.on('stream', (stream) => stream.on('error', () => {}));
    const asked = session.request({ ':path': '/' });
    const end = closed(asked);
    await peer.until((all) => all.some(({ type }) => type === Type.Headers));
    for (const some of frames) {
      peer.send(...[some].flat());
      await peer.settled(1);
    }
    if (!asked.destroyed) asked.close();
    await end;
  },
});

const promise = (id, promised, fields) =>
  frame(Type.PushPromise, Flag.EndHeaders, id, Buffer.concat([uint32(promised), block(fields)]));

export default [
  scenario('data-first', 'DATA before HEADERS', data(1, 'early', Flag.EndStream)),
  scenario('response-after-end', 'HEADERS after the response has ended', [headers(1, ok), headers(1, { 'x-a': '1' })]),
  scenario('data-after-end', 'DATA after the response has ended', [headers(1, ok), data(1, 'late', Flag.EndStream)]),
  scenario('response-of-idle', 'A response on a stream that was not opened', headers(3, ok)),
  scenario('response-even', 'A response on an even stream', headers(2, ok)),
  scenario('informational-after-final', 'An informational response after the final one', [headers(1, ok, Flag.EndHeaders), headers(1, { ':status': '103' }, Flag.EndHeaders)]),
  scenario('window-data', 'More DATA than the window allows', [headers(1, ok, Flag.EndHeaders), ...Array.from({ length: 40 }, () => data(1, Buffer.alloc(16384)))]),
  scenario('window-update-overflow', 'A WINDOW_UPDATE that lets a stream\'s window overflow', windowUpdate(1, 0x7fffffff)),
  scenario('length-long', 'A body that is longer than its content-length', [headers(1, { ...ok, 'content-length': '2' }, Flag.EndHeaders), data(1, 'abc', Flag.EndStream)]),
  scenario('length-short', 'A body that is shorter than its content-length', [headers(1, { ...ok, 'content-length': '5' }, Flag.EndHeaders), data(1, 'abc', Flag.EndStream)]),
  scenario('reset-no-error', 'RST_STREAM(NO_ERROR) in the middle of a response', [headers(1, ok, Flag.EndHeaders), data(1, 'half'), reset(1, Code.NoError)]),
  scenario('push-odd', 'A pushed stream with an odd id', promise(1, 3, request())),
  scenario('push-no-path', 'A pushed request without :path', promise(1, 2, { ':method': 'GET', ':scheme': 'http', ':authority': 'localhost' })),
  scenario('push-post', 'A pushed request with a method that has a body', promise(1, 2, request({ 'content-length': '5' }, 'POST'))),
  scenario('push-on-closed', 'A push on a stream that is closed', [headers(1, ok), promise(1, 2, request())]),
  scenario('goaway-grows', 'A second GOAWAY with a higher last stream', [
    frame(Type.Goaway, 0, 0, Buffer.concat([uint32(1), uint32(0)])), frame(Type.Goaway, 0, 0, Buffer.concat([uint32(3), uint32(0)]))]),
  scenario('goaway-even', 'GOAWAY with an even last stream', frame(Type.Goaway, 0, 0, Buffer.concat([uint32(2), uint32(0)]))),
  scenario('altsvc-empty', 'ALTSVC without an origin on stream 0', frame(Type.Altsvc, 0, 0, Buffer.from([0, 0, 104, 50]))),
  scenario('origin-on-stream', 'ORIGIN on a stream', frame(Type.Origin, 0, 1, Buffer.from('\0\x08https://a'))),
  scenario('settings-push', 'SETTINGS_ENABLE_PUSH of 1 from a server', frame(Type.Settings, 0, 0, Buffer.from([0, 2, 0, 0, 0, 1]))),
];
