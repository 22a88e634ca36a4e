// Files of a folder, and parts of them (Range, RFC 9110, section 14): players and downloads that go on ask for parts.
//
//   node examples/file-server.mjs [folder]
//   curl --http2-prior-knowledge -H 'range: bytes=0-99' http://localhost:8080/README.md
import path from 'node:path';
import http2 from 'duetto';

const root = path.resolve(process.argv[2] ?? '.');
const { HTTP_STATUS_NOT_FOUND, HTTP_STATUS_METHOD_NOT_ALLOWED, HTTP_STATUS_RANGE_NOT_SATISFIABLE } = http2.constants;
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.json': 'application/json', '.md': 'text/markdown', '.png': 'image/png' };

/** The file that a path names; undefined for one outside the folder. */
function fileOf(url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  const file = path.join(root, name.endsWith('/') ? `${name}index.html` : name);
  return file.startsWith(root + path.sep) && !file.includes('\0') ? file : undefined;
}

/** One range of a file of `size` bytes: undefined if all of it is wanted, null if there is no such part. */
function rangeOf(field, size) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(field ?? '') ?? [];
  if (from === undefined || from + to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last ? { first, last } : null;
}

const server = http2.createServer();
server.on('stream', (stream, headers) => {
  const fail = (status, more) => stream.respond({ ':status': status, ...more }, { endStream: true });
  stream.on('error', (error) => console.error(`${headers[':path']}: ${error.message}`));
  if (headers[':method'] !== 'GET') return fail(HTTP_STATUS_METHOD_NOT_ALLOWED, { allow: 'GET' });
  const file = fileOf(headers[':path']);
  if (!file) return fail(HTTP_STATUS_NOT_FOUND);
  const fields = { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'accept-ranges': 'bytes' };
  stream.respondWithFile(file, fields, {
    // Called once the file is open, before anything is sent: what it changes is sent.
    statCheck(stat, sent, part) {
      sent['last-modified'] = stat.mtime.toUTCString();
      const range = rangeOf(headers.range, stat.size);
      if (range === null) {
        fail(HTTP_STATUS_RANGE_NOT_SATISFIABLE, { 'content-range': `bytes */${stat.size}` });
        return false; // the file is not sent
      }
      if (range === undefined) return true;
      sent[':status'] = 206;
      sent['content-range'] = `bytes ${range.first}-${range.last}/${stat.size}`;
      part.offset = range.first;
      part.length = range.last - range.first + 1;
      return true;
    },
    // ERR_HTTP2_SEND_FILE: a folder, or something else that is no file.
    onError: ({ code }) => fail(['ENOENT', 'ENOTDIR', 'ERR_HTTP2_SEND_FILE'].includes(code) ? HTTP_STATUS_NOT_FOUND : 500),
  });
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log(`listening on http://localhost:${server.address().port}/`));
