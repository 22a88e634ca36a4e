// A server and a client of duetto in one program, which prints what it was served: for applications made by tests.

/** After `http2` was got, by whatever kind of import. */
export const exchange = `
const server = http2.createServer((request, response) => response.end('served ' + request.url));
server.listen(0, '127.0.0.1', () => {
  const client = http2.connect('http://127.0.0.1:' + server.address().port);
  const stream = client.request({ ':path': '/here' });
  let text = '';
  stream.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
    console.log(text + ', nghttp2 ' + http2.nghttp2.version);
    client.close();
    server.close();
  });
});
`;

/** What it prints, on that nghttp2. */
export const servedBy = (version: string): string => `served /here, nghttp2 ${version}\n`;
