// `duetto/engine`: which nghttp2 there are, and which one to run on. Loading this loads no engine yet.
export { EngineError } from './engine/choice.js';
export { engine, engines, selectEngine, type Engine } from './engine/instances.js';
