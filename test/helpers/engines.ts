import { createRequire } from 'node:module';
import type duetto from '../../dist/index.js';

type Api = duetto.Api;

const require = createRequire(import.meta.url);

/** The library as CommonJS, on the engine that the run was started with. */
export const main = require('../../dist/index.js') as Api;

/** The id of that engine. */
export const mainId = main.engines().find(({ active }) => active)?.id ?? main.nghttp2.version;

/** One that was built before the last change of the sources is refused. */
function isUsable(id: string): boolean {
  try {
    (require('../../dist/engine/selection.js') as { findEngine(id: string): void }).findEngine(id);
    return true;
  } catch {
    return false;
  }
}

/** Ids of all engines that can be used. */
export const usable = main.engines().map(({ id }) => id).filter(isUsable);

/** Those but the one that the run was started with, the newest first. */
export const others = usable.filter((id) => id !== mainId).reverse();

/** Why a test that needs two engines cannot run, if so. */
export const alone = others.length === 0 ? 'there is one engine only: npx duetto nghttp2 build 1.70.0' : '';

/** What of a version counts for a comparison: 67 of 1.67.0. */
export const minor = (version: string): number => Number(version.split('.')[1]);

/** An environment that says nothing of engines. */
export function plainEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { DUETTO_NGHTTP2: _version, DUETTO_BINDING: _file, NODE_OPTIONS: _options, ...rest } = process.env;
  return { ...rest, ...more };
}
