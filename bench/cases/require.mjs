import { spawnSync } from 'node:child_process';
import { median } from '../harness/statistics.mjs';

// How long the first require takes in a process that has done nothing else: files, compiling, the addon, and the parts
// of Node that are not there before. Node keeps its own modules compiled in the binary.

const script = (module) => `
  const start = process.hrtime.bigint();
  require(${JSON.stringify(module)});
  console.log(Number(process.hrtime.bigint() - start) / 1e6);`;

function once(module) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script(module)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

function open(module) {
  once(module); // The files are in the system's cache after that.
  return {
    measure(seconds) {
      const times = [];
      for (const end = performance.now() + seconds * 1000; performance.now() < end;) times.push(once(module));
      return { value: median(times) };
    },
    close() {},
  };
}

export default [{ name: 'require', unit: 'ms', open }];
