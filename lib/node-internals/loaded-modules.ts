import { works } from './allowed.js';

// Which of Node's own modules the process has loaded.

function list(): readonly string[] {
  return (process as unknown as { moduleLoadList: readonly string[] }).moduleLoadList;
}

const known = works(() => Array.isArray(list()) && list().includes('NativeModule events'));

/** Whether somebody has loaded a module of Node's; undefined if that cannot be told. */
export function isLoaded(name: string): boolean | undefined {
  return known ? list().includes(`NativeModule ${name}`) : undefined;
}
