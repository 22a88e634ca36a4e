import * as modules from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { replaceInRequire } from '../node-internals/module-load.js';
import { beforeEsModules } from './lazy-hooks.js';

const home = path.join(__dirname, '..') + path.sep;
const homeUrl = pathToFileURL(home).href;
const entryUrl = new URL('index.mjs', homeUrl).href;

function isHttp2(id: unknown): boolean {
  return id === 'http2' || id === 'node:http2';
}

interface WithBuiltins {
  getBuiltinModule?(id: string): unknown;
}

/** `require`, whoever made it, and `process.getBuiltinModule`. */
export function redirectCommonJs(duetto: object): void {
  // For this package's own code the original.
  replaceInRequire((request, from) => isHttp2(request) && from?.startsWith(home) !== true ? duetto : undefined);

  const builtins = process as WithBuiltins;
  const { getBuiltinModule } = builtins;
  if (getBuiltinModule === undefined) return;
  builtins.getBuiltinModule = function (id) {
    return isHttp2(id) ? duetto : getBuiltinModule.call(this, id);
  };
}

/**
 * `import`, static and dynamic.
 *
 * @param preloading whether the program's own file is still to come
 */
export function redirectEsModules(preloading: boolean): void {
  const { registerHooks, register } = modules as Partial<typeof modules>;
  // In Node 22, hooks on this thread keep ES modules from loading once anybody (tsx, agents) has called `register`.
  if (registerHooks !== undefined && Number.parseInt(process.versions.node) > 22) {
    registerHooks({ resolve });
  } else if (register !== undefined) {
    beforeEsModules(() => register(new URL('register-hooks.mjs', homeUrl), { data: { entry: entryUrl, home: homeUrl } }), preloading);
  } else {
    throw new Error(`duetto/register: ES modules cannot be redirected in Node ${process.version}, but from 20.6 on`);
  }
}

const resolve: modules.ResolveHookSync = (specifier, context, next) => {
  const asked = isHttp2(specifier) && !context.parentURL?.startsWith(homeUrl);
  // The hook sees `require` as well; that is the other function's.
  if (!asked || context.conditions.includes('require')) return next(specifier, context);
  return { url: entryUrl, format: 'module', shortCircuit: true };
};
