// Header blocks on their way to the core.

const small = { ':status': 200, 'content-type': 'text/plain' };
const browser = {
  ':method': 'GET', ':path': '/a/page?of=some&length=1', accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br', 'accept-language': 'en-GB,en;q=0.7', 'cache-control': 'no-cache',
  cookie: 'session=0123456789abcdef; theme=dark', dnt: '1', origin: 'https://example.org', pragma: 'no-cache',
  referer: 'https://example.org/', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'user-agent': 'bench',
  'x-request-id': '6f1c2e1e-4b8c-4c5e-9f0e-1a2b3c4d5e6f', authorization: 'Bearer abcdefghijklmnopqrstuvwxyz',
};
const raw = Object.entries(browser).flat();
const defaults = { authority: 'localhost', scheme: 'https', strictSingleValueFields: true };

export default function parts(load) {
  const { encodeHeaders } = load('headers/encode.js');
  const { prepareResponse } = load('headers/response.js');
  const { prepareRequest } = load('headers/request.js');
  const RESPONSE = 1;
  return [
    ['encode: response of 2 fields', () => encodeHeaders(prepareResponse(small, true).headers, RESPONSE, true)],
    ['encode: request of 16 fields', () => prepareRequest(browser, defaults)],
    ['encode: request of 16 fields, raw', () => prepareRequest([...raw], defaults)],
  ];
}
