import * as fs from 'node:fs';
import * as path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { beforeCode } from '../node-internals/module-load.js';

// Loader hooks that need a thread of their own (Node 20) cost half of what duetto/register does at start, and a program
// that is CommonJS throughout has no use for them. They are put in place before the first code that could reach an ES
// module; where that cannot be told, at once.

/** Flags that bring ES modules or loaders before any code of the program's own, or decide what is one. */
const EARLY = /^--(?:import|loader|experimental-loader|experimental-default-type)(?:=|$)/;

/** `import(...)`, or `import` where a statement may begin. A comment may look like that: then it is done for nothing. */
const MAY_IMPORT = /\bimport\s*(?:\(|\/[*/])|(?:^|[;}*/])\s*import\b/m;

/** Whether the program's own file is CommonJS for sure, by Node's rules: by its name, or its package's "type". */
function isCommonJs(file: string): boolean {
  const found = [file, `${file}.js`, path.join(file, 'index.js')].find((name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile());
  if (found === undefined) return false;
  const real = fs.realpathSync(found);
  const extension = path.extname(real);
  if (extension !== '.js') return extension === '.cjs';
  for (let folder = path.dirname(real); ; folder = path.dirname(folder)) {
    try {
      const { type } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { type?: string };
      return type !== 'module';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}

/** Whether nothing can have reached an ES module yet, and the first that could is code that `Module` compiles. */
function canWait(preloading: boolean): boolean {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  const program = process.argv[1];
  return preloading && isMainThread && program !== undefined && !flags.some((flag) => EARLY.test(flag)) && isCommonJs(program);
}

/**
 * Calls `install` once, before an ES module can be loaded.
 *
 * @param preloading whether this runs before the program's own file
 */
export function beforeEsModules(install: () => void, preloading: boolean): void {
  if (!canWait(preloading) || !beforeCode((content) => MAY_IMPORT.test(content), install)) install();
}
