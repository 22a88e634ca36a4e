import fs from 'node:fs';
import path from 'node:path';

const FOLDERS = ['parallel', 'sequential', 'async-hooks', 'pummel'];
const usesHttp2 = /(?:require\(|from |import\()\s*['"](?:node:)?http2['"]/;
/** What shows that a test looks into Node, and so says nothing about a module outside it. */
const looksInside = /--expose[-_]internals|internalBinding|require\(['"]internal\/|process\.binding/;

/** The tests under `root` that use http2 and nothing but public API. */
export function collect(root, filter) {
  const tests = [];
  for (const folder of FOLDERS) {
    const directory = path.join(root, folder);
    if (!fs.existsSync(directory)) continue;
    for (const entry of fs.readdirSync(directory)) {
      if (!/^test-.*\.m?js$/.test(entry)) continue;
      const file = path.join(directory, entry);
      const name = `${folder}/${entry}`;
      const text = fs.readFileSync(file, 'utf8');
      if (!filter.test(name) || !usesHttp2.test(text) || looksInside.test(text)) continue;
      tests.push({ name, file, parallel: folder === 'parallel' || folder === 'async-hooks' });
    }
  }
  return tests;
}

/** What a test's "// Flags:" line asks for. */
export function flagsOf(file) {
  const line = /^\/\/ Flags:(.*)$/m.exec(fs.readFileSync(file, 'utf8'));
  return line ? line[1].trim().split(/\s+/) : [];
}
