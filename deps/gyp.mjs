// Answers what the builds ask: node deps/gyp.mjs sources|include|config|patches|native|lto|exclude-libs [DESCRIPTION]
// where DESCRIPTION is the path of an active.json or source.json, from the project's folder. binding.gyp and
// CMakeLists.txt both ask here, so that neither keeps a list of its own.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { excludeLibs, hasLto } from './lib/compilers.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [question, description = 'deps/nghttp2/active.json'] = process.argv.slice(2);

/** The tree to build with; not every question is about it. */
function tree() {
  const file = resolve(project, description);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.error(`${description} is missing: run "npm run deps" first`);
  process.exit(1);
}

const answers = {
  sources: () => {
    const { root, sources } = tree();
    return sources.map((source) => `${root}/${source}`);
  },
  include: () => [`${tree().root}/lib/includes`],
  config: () => [`${tree().root}/lib`],
  patches: () => [tree().patches.join(',')],
  lto: () => [hasLto() ? 'yes' : 'no'],
  'exclude-libs': excludeLibs,
  native: () => JSON.parse(readFileSync(join(project, 'native/sources.json'), 'utf8')).sources,
};
if (!Object.hasOwn(answers, question ?? '')) {
  console.error(`deps/gyp.mjs answers ${Object.keys(answers).join(', ')}; asked was ${question}`);
  process.exit(2);
}
console.log(answers[question]().join('\n'));
