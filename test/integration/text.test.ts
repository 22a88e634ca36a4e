// Strings as bodies: how they get to the core depends on their length and on what they can become in UTF-8.

import { expect, test } from 'vitest';
import * as http2 from 'node:http2';
import * as duetto from '../../dist/index.js';
import { listen, open } from '../helpers/serve.ts';

/** One, two, three and four octets to a code point, half of one, and all of them. */
const alphabets = { ascii: 'abcdefg', 'two octets': 'äöü', 'three octets': '€☃', 'four octets': '😀🎉', 'half a pair': '\ud83d', mixed: 'a€\ud83dä😀' };
const lengths = [0, 1, 1365, 1366, 4096, 4097, 5461, 5462, 16_384, 16_385, 21_845, 21_846, 65_535, 65_536, 65_537, 200_000];

const text = (alphabet: string, length: number): string => alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);

async function bodyOf(url: string, path: string): Promise<Buffer> {
  const client = await open(http2.connect(url));
  const chunks: Buffer[] = [];
  for await (const chunk of client.request({ ':path': path })) chunks.push(chunk as Buffer);
  client.close();
  return Buffer.concat(chunks);
}

test.each(Object.entries(alphabets))('%s', async (_name, alphabet) => {
  const server = duetto.createServer();
  server.on('stream', (stream, headers) => {
    stream.respond();
    const [, how, length] = headers[':path']!.split('/');
    if (how === 'end') stream.end(text(alphabet, Number(length)));
    else if (how === 'latin1') stream.end(text(alphabet, Number(length)), 'latin1');
    else {
      for (const length of lengths) stream.write(text(alphabet, length));
      stream.end();
    }
  });
  const { url } = await listen(server);
  for (const length of lengths) {
    const whole = text(alphabet, length);
    expect((await bodyOf(url, `/end/${length}`)).equals(Buffer.from(whole)), `${length}, utf8`).toBe(true);
    expect((await bodyOf(url, `/latin1/${length}`)).equals(Buffer.from(whole, 'latin1')), `${length}, latin1`).toBe(true);
  }
  const all = Buffer.concat(lengths.map((length) => Buffer.from(text(alphabet, length))));
  expect((await bodyOf(url, '/writes')).equals(all)).toBe(true);
});
