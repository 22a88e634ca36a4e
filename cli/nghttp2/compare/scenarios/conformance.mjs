// RFC 9113 and RFC 7541, case by case, on a server. `expected` is what the RFC asks for: the scope and code of the error, or
// 'nothing'. An error of the connection where the RFC asks for one of the stream counts as stricter, not as wrong.

import {
  block, data, field, Flag, frame, headers, ping, preface, request, settings, settingsAck, Type, uint32, windowUpdate,
} from '../../../frames.mjs';
import { known } from './known.mjs';

const { EndHeaders, EndStream, Padded } = Flag;
const get = (id) => headers(id, request());
const post = (id) => headers(id, request({}, 'POST'), EndHeaders);
const connection = (code) => [`connection ${code}`];
const stream = (code) => [`stream ${code}`];
const nothing = ['nothing'];
const long = (bytes) => block({ 'x-long': 'x'.repeat(bytes) });

/** Section, title, expected, frames; frames in lists of their own are sent one list after the other. */
const cases = [
  ['3.4', 'a client that sends SETTINGS after another frame', connection('PROTOCOL_ERROR'), [preface, ping('too soon')], { bare: true }],
  ['3.4', 'a preface that is none', connection('PROTOCOL_ERROR'), [Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'), settings()], { bare: true }],
  ['4.1', 'a frame of an unknown type', nothing, [frame(0x77, 0xff, 0, Buffer.from('unknown'))]],
  ['4.1', 'undefined flags of PING', nothing, [ping('12345678', 0xfe)]],
  ['4.1', 'the reserved bit of a stream identifier', nothing, [frame(Type.WindowUpdate, 0, 0x80000000, uint32(1))]],
  ['4.2', 'DATA beyond SETTINGS_MAX_FRAME_SIZE', connection('FRAME_SIZE_ERROR'), [post(1), data(1, Buffer.alloc(16385))]],
  ['4.2', 'HEADERS beyond SETTINGS_MAX_FRAME_SIZE', connection('FRAME_SIZE_ERROR'), [headers(1, Buffer.concat([block(request()), long(17000)]))]],
  ['4.3', 'a header block that cannot be read', connection('COMPRESSION_ERROR'), [headers(1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))]],
  ['4.3', 'PRIORITY within a header block', connection('PROTOCOL_ERROR'), [headers(1, request(), EndStream), frame(Type.Priority, 0, 1, Buffer.alloc(5))]],
  ['4.3', 'HEADERS of another stream within a block', connection('PROTOCOL_ERROR'), [headers(1, request(), EndStream), get(3)]],
  ['5.1', 'DATA on an idle stream', connection('PROTOCOL_ERROR'), [data(1, 'x')]],
  ['5.1', 'RST_STREAM on an idle stream', connection('PROTOCOL_ERROR'), [frame(Type.RstStream, 0, 1, uint32(8))]],
  ['5.1', 'WINDOW_UPDATE on an idle stream', connection('PROTOCOL_ERROR'), [windowUpdate(1, 100)]],
  ['5.1', 'CONTINUATION on an idle stream', connection('PROTOCOL_ERROR'), [frame(Type.Continuation, EndHeaders, 1, block(request()))]],
  ['5.1', 'DATA on a half-closed (remote) stream', [...stream('STREAM_CLOSED'), ...connection('STREAM_CLOSED')], [headers(1, request({}, 'POST')), data(1, 'x')], { open: true }],
  ['5.1', 'HEADERS on a half-closed (remote) stream', [...stream('STREAM_CLOSED'), ...connection('STREAM_CLOSED')], [get(1), get(1)], { open: true }],
  ['5.1', 'DATA on a closed stream', [...connection('STREAM_CLOSED'), ...nothing], [[get(1)], [data(1, 'x')]]],
  ['5.1', 'HEADERS on a closed stream', [...connection('STREAM_CLOSED'), ...nothing], [[get(1)], [get(1)]]],
  ['5.1.1', 'an even stream identifier', connection('PROTOCOL_ERROR'), [get(2)]],
  ['5.1.1', 'a stream identifier lower than the last', connection('PROTOCOL_ERROR'), [[get(5)], [get(3)]]],
  ['5.5', 'an unknown frame within a header block', connection('PROTOCOL_ERROR'), [headers(1, request(), EndStream), frame(0x77, 0, 0)]],
  ['6.1', 'DATA on stream 0', connection('PROTOCOL_ERROR'), [data(0, 'x')]],
  ['6.1', 'DATA with more padding than payload', connection('PROTOCOL_ERROR'), [post(1), frame(Type.Data, Padded, 1, Buffer.from('\x09abc'))]],
  ['6.2', 'HEADERS on stream 0', connection('PROTOCOL_ERROR'), [headers(0, request())]],
  ['6.2', 'HEADERS with more padding than payload', connection('PROTOCOL_ERROR'), [headers(1, Buffer.from('\x09abc'), EndHeaders | EndStream | Padded)]],
  ['6.3', 'PRIORITY on stream 0', connection('PROTOCOL_ERROR'), [frame(Type.Priority, 0, 0, Buffer.alloc(5))]],
  ['6.3', 'PRIORITY of four bytes', stream('FRAME_SIZE_ERROR'), [frame(Type.Priority, 0, 1, Buffer.alloc(4))]],
  ['6.4', 'RST_STREAM on stream 0', connection('PROTOCOL_ERROR'), [frame(Type.RstStream, 0, 0, uint32(8))]],
  ['6.4', 'RST_STREAM of three bytes', connection('FRAME_SIZE_ERROR'), [post(1), frame(Type.RstStream, 0, 1, Buffer.alloc(3))]],
  ['6.5', 'SETTINGS acknowledgement with a payload', connection('FRAME_SIZE_ERROR'), [frame(Type.Settings, Flag.Ack, 0, Buffer.alloc(6))]],
  ['6.5', 'SETTINGS on a stream', connection('PROTOCOL_ERROR'), [frame(Type.Settings, 0, 1)]],
  ['6.5', 'SETTINGS of five bytes', connection('FRAME_SIZE_ERROR'), [frame(Type.Settings, 0, 0, Buffer.alloc(5))]],
  ['6.5', 'a SETTINGS acknowledgement that was not asked for', [...nothing, ...connection('PROTOCOL_ERROR')], [settingsAck]],
  ['6.5.2', 'SETTINGS_ENABLE_PUSH of 2', connection('PROTOCOL_ERROR'), [settings([2, 2])]],
  ['6.5.2', 'SETTINGS_INITIAL_WINDOW_SIZE beyond 2^31-1', connection('FLOW_CONTROL_ERROR'), [settings([4, 0x80000000])]],
  ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE below 2^14', connection('PROTOCOL_ERROR'), [settings([5, 16383])]],
  ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE beyond 2^24-1', connection('PROTOCOL_ERROR'), [settings([5, 16777216])]],
  ['6.5.2', 'an unknown setting', nothing, [settings([0x99, 1])]],
  ['6.5.2', 'a setting twice: the last one counts', nothing, [settings([4, 100], [4, 200])]],
  ['6.6', 'PUSH_PROMISE from a client', connection('PROTOCOL_ERROR'), [get(1), frame(Type.PushPromise, EndHeaders, 1, Buffer.concat([uint32(2), block(request())]))], { open: true }],
  ['6.7', 'PING on a stream', connection('PROTOCOL_ERROR'), [frame(Type.Ping, 0, 1, Buffer.alloc(8))]],
  ['6.7', 'PING of seven bytes', connection('FRAME_SIZE_ERROR'), [frame(Type.Ping, 0, 0, Buffer.alloc(7))]],
  ['6.8', 'GOAWAY on a stream', connection('PROTOCOL_ERROR'), [frame(Type.Goaway, 0, 1, Buffer.alloc(8))]],
  ['6.9', 'WINDOW_UPDATE of 0 on the connection', connection('PROTOCOL_ERROR'), [windowUpdate(0, 0)]],
  ['6.9', 'WINDOW_UPDATE of 0 on a stream', stream('PROTOCOL_ERROR'), [post(1), windowUpdate(1, 0)], { open: true }],
  ['6.9', 'WINDOW_UPDATE of three bytes', connection('FRAME_SIZE_ERROR'), [frame(Type.WindowUpdate, 0, 0, Buffer.alloc(3))]],
  ['6.9.1', 'the connection\'s window beyond 2^31-1', connection('FLOW_CONTROL_ERROR'), [windowUpdate(0, 0x7fffffff)]],
  ['6.9.1', 'a stream\'s window beyond 2^31-1', stream('FLOW_CONTROL_ERROR'), [post(1), windowUpdate(1, 0x7fffffff)], { open: true }],
  ['6.9.2', 'a window made to overflow by SETTINGS', connection('FLOW_CONTROL_ERROR'), [post(1), windowUpdate(1, 0x7fff0000), settings([4, 0x7fffffff])], { open: true }],
  ['6.10', 'CONTINUATION after END_HEADERS', connection('PROTOCOL_ERROR'), [get(1), frame(Type.Continuation, EndHeaders, 1, field('a', 'b'))], { open: true }],
  ['6.10', 'CONTINUATION on stream 0', connection('PROTOCOL_ERROR'), [headers(1, request(), EndStream), frame(Type.Continuation, EndHeaders, 0)]],
  ['8.1', 'a second HEADERS without END_STREAM', stream('PROTOCOL_ERROR'), [post(1), headers(1, { 'x-a': '1' }, EndHeaders)], { open: true }],
  ['8.1.1', 'a body that does not fit content-length', stream('PROTOCOL_ERROR'), [headers(1, request({ 'content-length': '1' }, 'POST'), EndHeaders), data(1, 'abc', EndStream)], { open: true }],
  ['8.2.1', 'a name in upper case', stream('PROTOCOL_ERROR'), [headers(1, request({ 'X-A': '1' }))]],
  ['8.2.2', 'a field of the connection', stream('PROTOCOL_ERROR'), [headers(1, request({ connection: 'close' }))]],
  ['8.2.2', 'te: trailers', nothing, [headers(1, request({ te: 'trailers' }))]],
  ['8.3', 'an unknown pseudo-header field', stream('PROTOCOL_ERROR'), [headers(1, request({ ':x': '1' }))]],
  ['8.3.1', 'a request without :path', stream('PROTOCOL_ERROR'), [headers(1, { ':method': 'GET', ':scheme': 'http', ':authority': 'localhost' })]],
  ['8.3.1', 'user information in :authority', stream('PROTOCOL_ERROR'), [headers(1, request({ ':authority': 'user@localhost' }))]],
  ['8.5', 'CONNECT with :scheme and :path', stream('PROTOCOL_ERROR'), [headers(1, { ':method': 'CONNECT', ':authority': 'a:1', ':scheme': 'http', ':path': '/' })]],
  ['HPACK 2.3.3', 'index 0', connection('COMPRESSION_ERROR'), [headers(1, Buffer.concat([block(request()), Buffer.from([0x80])]))]],
  ['HPACK 2.3.3', 'an index beyond the table', connection('COMPRESSION_ERROR'), [headers(1, Buffer.concat([block(request()), Buffer.from([0xff, 0x7f])]))]],
  ['HPACK 4.2', 'a table size update at the end of a block', connection('COMPRESSION_ERROR'), [headers(1, Buffer.concat([block(request()), Buffer.from([0x20])]))]],
  ['HPACK 5.2', 'padding of a Huffman string longer than 7 bits', connection('COMPRESSION_ERROR'), [headers(1, Buffer.concat([block(request()), Buffer.from([0, 0x81, 0x1f, 0x82, 0x1f, 0xff])]))]],
  ['HPACK 6.3', 'a table size update beyond the limit', connection('COMPRESSION_ERROR'), [headers(1, Buffer.concat([Buffer.from([0x3f, 0xe2, 0x7f]), block(request())]))]],
  ['RFC 8441 3', 'SETTINGS_ENABLE_CONNECT_PROTOCOL of 2', connection('PROTOCOL_ERROR'), [settings([8, 2])]],
  ['RFC 8441 3', 'SETTINGS_ENABLE_CONNECT_PROTOCOL taken back', connection('PROTOCOL_ERROR'), [[settings([8, 1])], [settings([8, 0])]]],
  ['RFC 9218 2.1', 'SETTINGS_NO_RFC7540_PRIORITIES of 2', connection('PROTOCOL_ERROR'), [settings([9, 2])]],
  ['RFC 9218 2.1', 'SETTINGS_NO_RFC7540_PRIORITIES that changes', connection('PROTOCOL_ERROR'), [[settings([9, 1])], [settings([9, 0])]]],
  ['RFC 9218 7.1', 'PRIORITY_UPDATE on a stream', connection('PROTOCOL_ERROR'), [frame(Type.PriorityUpdate, 0, 1, Buffer.concat([uint32(1), Buffer.from('u=1')]))]],
];

export default cases.map(([section, title, expected, frames, { bare = false, open = false } = {}], index) => ({
  name: `conformance/${String(index + 1).padStart(2, '0')}`,
  area: 'conformance',
  section,
  title: `${section}: ${title}`,
  expected,
  known: section === '6.3' ? [known.priorities] : section === '8.3.1' ? [known.authority] : [known.streamErrors],
  async run(stage) {
    const onStream = open ? (stream) => { stream.resume(); stream.respond({ ':status': 200 }); } : undefined;
    const server = await stage.serve({ onStream });
    const peer = await stage.client(server, { bare });
    for (const some of Array.isArray(frames[0]) ? frames : [frames]) {
      peer.send(...some);
      await (bare ? peer.until(() => false) : peer.settled(1));
    }
    await peer.settled(1);
  },
}));
