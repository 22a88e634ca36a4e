// `duetto/engine`: which nghttp2 there are, and which one to run on. Loading this loads no engine yet.
export { EngineError } from './selection.js';
export { engine, engines, selectEngine, type Engine } from './instances.js';
