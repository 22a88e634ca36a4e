// Patches of deps/patches are applied exactly where they say, whole, or not at all.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyPatch } from '../../deps/lib/patch.mjs';

const SESSION = 'int nghttp2_session_limit(void) {\n  return 0;\n}\n';
const GOOD_PATCH = `--- a/lib/nghttp2_session.c
+++ b/lib/nghttp2_session.c
@@ -1,3 +1,3 @@
 int nghttp2_session_limit(void) {
-  return 0;
+  return 1000;
 }
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'duetto-patch-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('applying a patch', () => {
  const apply = (patch: string) => {
    mkdirSync(join(dir, 'tree/lib'), { recursive: true });
    writeFileSync(join(dir, 'tree/lib/nghttp2_session.c'), SESSION);
    writeFileSync(join(dir, 'fix.patch'), patch);
    applyPatch(join(dir, 'fix.patch'), join(dir, 'tree'), 'fix');
    return readFileSync(join(dir, 'tree/lib/nghttp2_session.c'), 'utf8');
  };

  test('what stands before its files is for people', () => {
    expect(apply(`CVE-2000-0000: a fix\n\n--- said of nothing\n\n${GOOD_PATCH}`)).toBe(SESSION.replace('0', '1000'));
  });

  test('a file may be new', () => {
    apply(`${GOOD_PATCH}--- /dev/null\n+++ b/lib/nghttp2_new.c\n@@ -0,0 +1,2 @@\n+int a;\n+int b;\n`);
    expect(readFileSync(join(dir, 'tree/lib/nghttp2_new.c'), 'utf8')).toBe('int a;\nint b;\n');
  });

  test.each([
    ['a file that is new but there', GOOD_PATCH.replace('--- a/lib/nghttp2_session.c', '--- /dev/null').replace('-1,3', '-0,0'), /is there already|belongs to no hunk/],
    ['no file at all', 'only words\n', /changes no file/],
    ['a file outside the tree', GOOD_PATCH.replaceAll('b/lib/', 'b/../../'), /outside the tree/],
    ['a hunk that ends too soon', GOOD_PATCH.replace('\n }\n', '\n'), /belongs to no hunk/],
    ['a hunk at another line', GOOD_PATCH.replace('-1,3', '-2,3'), /line 2 of lib\/nghttp2_session\.c/],
  ])('is refused: %s', (_what, patch, message) => {
    expect(() => apply(patch)).toThrow(message);
    expect(readFileSync(join(dir, 'tree/lib/nghttp2_session.c'), 'utf8')).toBe(SESSION);
  });

  test('is all or nothing', () => {
    expect(() => apply(`${GOOD_PATCH}${GOOD_PATCH.replaceAll('nghttp2_session.c', 'nghttp2_other.c')}`)).toThrow('there is no lib/nghttp2_other.c');
    expect(readFileSync(join(dir, 'tree/lib/nghttp2_session.c'), 'utf8')).toBe(SESSION);
  });
});
