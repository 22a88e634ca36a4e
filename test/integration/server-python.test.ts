import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { pythonWith, run } from '../helpers/child.ts';
import { body, listen, sha256, site } from '../helpers/serve.ts';

const python = pythonWith('h2');

describe.skipIf(python === undefined)("Python's h2 (skipped without python3-h2)", () => {
  test('gets, uploads, resets, pings and changes its settings over one connection', async () => {
    const { port } = await listen(site(duetto as never));
    const { stdout, stderr } = await run(python!, ['test/helpers/h2_client.py', String(port)]);
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout);
    const answer = { status: '200', trailers: null, informational: [], reset: null, ended: true };
    expect(seen.hello).toEqual({ ...answer, body: 'hello world', length: 11 });
    expect(seen.many).toEqual([['200', 100000, sha256(body(100000))]]);
    expect(JSON.parse(seen.upload.body)).toEqual({ length: 1024 * 1024, sha256: seen.uploaded });
    expect(seen.trailers).toMatchObject({ body: 'with trailers', trailers: { 'x-checksum': 'abc', 'grpc-status': '0' } });
    expect(seen.early).toMatchObject({ body: 'late', informational: ['103'] });
    expect(seen.pushes).toEqual([{ ...answer, path: '/pushed', body: 'pushed', length: 6 }]);
    expect(seen.pong).toBe('duetto!!');
    expect(seen.after).toEqual({ ...answer, body: null, length: 250000 });
    expect(seen.goaway).toBe(null);
  });
});
