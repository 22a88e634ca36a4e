// Header fields that are wrong, or nearly: what an engine does about them, on a server and on a client.

import { block, data, Flag, headers, request } from '../../../frames.mjs';
import { closed } from '../child/stage.mjs';
import { known } from './known.mjs';

/** Name, title, the fields (or their block), and what is known of the change. */
const requests = [
  ['at-sign', 'a user and "@" in :authority', request({ ':authority': 'user@localhost' }), known.authority],
  ['at-sign-host', 'a user and "@" in host', { ':method': 'GET', ':scheme': 'http', ':path': '/', host: 'user@localhost' }, known.authority],
  ['authority-space', 'a space in :authority', request({ ':authority': 'local host' })],
  ['authority-empty', 'an empty :authority', request({ ':authority': '' })],
  ['host-differs', 'host that differs from :authority', request({ host: 'elsewhere' })],
  ['no-authority', 'neither :authority nor host', { ':method': 'GET', ':scheme': 'http', ':path': '/' }],
  ['no-path', 'no :path', { ':method': 'GET', ':scheme': 'http', ':authority': 'localhost' }],
  ['empty-path', 'an empty :path', request({ ':path': '' })],
  ['path-without-slash', 'a :path without a slash', request({ ':path': 'index' })],
  ['path-with-space', 'a space in :path', request({ ':path': '/a b' })],
  ['path-with-hash', 'a fragment in :path', request({ ':path': '/a#b' })],
  ['path-beyond-ascii', 'bytes beyond ASCII in :path', request({ ':path': '/\xe4' })],
  ['no-method', 'no :method', { ':scheme': 'http', ':authority': 'localhost', ':path': '/' }],
  ['odd-method', 'a :method that is no token', request({}, 'GE T')],
  ['lower-method', 'a :method in lower case', request({}, 'get')],
  ['odd-scheme', 'a :scheme with a space', request({ ':scheme': 'ht tp' })],
  ['upper-case', 'a name in upper case', request({ 'X-Upper': '1' })],
  ['empty-name', 'a name of no length', request({ '': 'x' })],
  ['name-with-space', 'a space in a name', request({ 'x y': '1' })],
  ['name-beyond-ascii', 'bytes beyond ASCII in a name', request({ 'x-\xe4': '1' })],
  ['connection', 'connection', request({ connection: 'close' })],
  ['transfer-encoding', 'transfer-encoding', request({ 'transfer-encoding': 'chunked' })],
  ['keep-alive', 'keep-alive', request({ 'keep-alive': '1' })],
  ['upgrade', 'upgrade', request({ upgrade: 'h2c' })],
  ['te', 'te other than trailers', request({ te: 'gzip' })],
  ['pseudo-late', 'a pseudo-header field after a regular one', [['x-a', '1'], ...Object.entries(request())]],
  ['pseudo-twice', 'a pseudo-header field twice', [...Object.entries(request()), [':path', '/again']]],
  ['pseudo-unknown', 'an unknown pseudo-header field', request({ ':unknown': '1' })],
  ['pseudo-of-responses', ':status in a request', request({ ':status': '200' })],
  ['protocol-unasked', ':protocol without SETTINGS_ENABLE_CONNECT_PROTOCOL', request({ ':protocol': 'websocket' }, 'CONNECT')],
  ['connect-with-path', 'CONNECT with a :path', { ':method': 'CONNECT', ':authority': 'there:80', ':path': '/', ':scheme': 'http' }],
  ['value-nul', 'NUL in a value', request({ 'x-a': 'a\0b' })],
  ['value-lf', 'a line feed in a value', request({ 'x-a': 'a\nb' })],
  ['value-control', 'a control character in a value', request({ 'x-a': 'a\x01b' })],
  ['value-delete', 'DEL in a value', request({ 'x-a': 'a\x7fb' })],
  ['value-space-first', 'white space before a value', request({ 'x-a': ' a' })],
  ['value-space-last', 'white space after a value', request({ 'x-a': 'a\t' })],
  ['value-beyond-ascii', 'bytes beyond ASCII in a value', request({ 'x-a': '\xe4' })],
  ['priority-field', 'a priority field that is none', request({ priority: 'u=9,\x01' })],
  ['priority-space', 'white space around a priority field', request({ priority: ' u=1' })],
  ['length-twice', 'content-length twice', [...Object.entries(request()), ['content-length', '0'], ['content-length', '0']]],
  ['length-no-number', 'a content-length that is no number', request({ 'content-length': 'x' })],
  ['length-huge', 'a content-length beyond 63 bits', request({ 'content-length': '99999999999999999999' })],
  ['cookie-crumbs', 'cookie in two fields', [...Object.entries(request()), ['cookie', 'a=1'], ['cookie', 'b=2']]],
];

const responses = [
  ['no-status', 'no :status', { 'x-a': '1' }],
  ['status-no-number', 'a :status that is no number', { ':status': 'abc' }],
  ['status-four', 'a :status of four digits', { ':status': '2000' }],
  ['status-101', ':status 101', { ':status': '101' }],
  ['status-twice', ':status twice', [[':status', '200'], [':status', '200']]],
  ['pseudo-of-requests', ':path in a response', { ':status': '200', ':path': '/' }],
  ['upper-case', 'a name in upper case', { ':status': '200', 'X-Upper': '1' }],
  ['connection', 'connection', { ':status': '200', connection: 'close' }],
  ['transfer-encoding', 'transfer-encoding', { ':status': '200', 'transfer-encoding': 'chunked' }],
  ['value-lf', 'a line feed in a value', { ':status': '200', 'x-a': 'a\nb' }],
  ['value-space-first', 'white space before a value', { ':status': '200', 'x-a': ' a' }],
  ['value-space-last', 'white space after a value', { ':status': '200', 'x-a': 'a ' }],
  ['length-no-number', 'a content-length that is no number', { ':status': '200', 'content-length': 'x' }],
  ['length-of-204', 'a content-length of a 204', { ':status': '204', 'content-length': '5' }],
  ['informational-last', 'an informational response that ends the stream', { ':status': '103' }],
];

const ofRequest = ([name, title, fields, change]) => ({
  name: `fields/request/${name}`,
  area: 'behaviour',
  title: `A request with ${title}`,
  known: [change, known.streamErrors].filter(Boolean),
  async run(stage) {
    const server = await stage.serve();
    const peer = await stage.client(server);
    peer.send(headers(1, Buffer.isBuffer(fields) ? fields : block(fields)));
    await peer.settled();
  },
});

const ofResponse = ([name, title, fields]) => ({
  name: `fields/response/${name}`,
  area: 'behaviour',
  title: `A response with ${title}`,
  known: [known.streamErrors],
  async run(stage) {
    const { session, peer } = await stage.meet();
    const request = session.request({ ':path': '/' });
    const end = closed(request);
    await peer.until((frames) => frames.some(({ type }) => type === 1));
    peer.send(headers(1, fields));
    await peer.settled();
    if (!request.destroyed) peer.send(data(1, '', Flag.EndStream));
    request.close();
    await end;
  },
});

const bodies = [
  ['length-short', 'A body that is shorter than its content-length', '5', 'abc'],
  ['length-long', 'A body that is longer than its content-length', '2', 'abc'],
].map(([name, title, length, body]) => ({
  name: `fields/request/${name}`,
  area: 'behaviour',
  title,
  known: [known.streamErrors],
  async run(stage) {
    const server = await stage.serve({ onStream: (stream) => {
      stream.resume();
      stream.once('end', () => { stream.respond({ ':status': 200 }); stream.end(); });
    } });
    const peer = await stage.client(server);
    peer.send(headers(1, request({ 'content-length': length }, 'POST'), Flag.EndHeaders), data(1, body, Flag.EndStream));
    await peer.settled();
  },
}));

const trailers = [
  ['pseudo', 'Trailers with a pseudo-header field', { ':path': '/' }, Flag.EndHeaders | Flag.EndStream],
  ['open', 'Trailers that do not end the stream', { 'x-a': '1' }, Flag.EndHeaders],
  ['upper-case', 'Trailers with a name in upper case', { 'X-A': '1' }, Flag.EndHeaders | Flag.EndStream],
  ['connection', 'Trailers with connection', { connection: 'close' }, Flag.EndHeaders | Flag.EndStream],
].map(([name, title, fields, flags]) => ({
  name: `fields/trailers/${name}`,
  area: 'behaviour',
  title,
  known: [known.streamErrors],
  async run(stage) {
    const server = await stage.serve({ onStream: (stream) => {
      stream.resume();
      stream.respond({ ':status': 200 });
    } });
    const peer = await stage.client(server);
    peer.send(headers(1, request({}, 'POST'), Flag.EndHeaders), data(1, 'abc'), headers(1, fields, flags));
    await peer.settled();
  },
}));

export default [...requests.map(ofRequest), ...bodies, ...trailers, ...responses.map(ofResponse)];
