// With which compiler a target is built on a machine that is another.

import { spawnSync } from 'node:child_process';
import { DepsError, have } from '../../deps/lib/util.mjs';

const gcc = (prefix) => ({ CC: `${prefix}-gcc`, CXX: `${prefix}-g++`, AR: `${prefix}-ar`, LINK: `${prefix}-g++`, STRIP: `${prefix}-strip` });

/** Zig brings clang and the musl of every processor. What it strips, it strips when it links. */
function zig(triple) {
  const program = process.env.DUETTO_ZIG || 'zig';
  return { CC: `${program} cc -target ${triple}`, CXX: `${program} c++ -target ${triple}`, LINK: `${program} c++ -target ${triple} -s`, AR: `${program} ar`, STRIP: 'true' };
}

const CROSS = {
  'linux-arm64-glibc': { of: () => gcc('aarch64-linux-gnu'), missing: 'Debian: apt-get install g++-aarch64-linux-gnu' },
  'linux-x64-musl': { of: () => zig('x86_64-linux-musl'), missing: 'it takes zig (ziglang.org) on the PATH or in DUETTO_ZIG; or build on Alpine' },
  'linux-arm64-musl': { of: () => zig('aarch64-linux-musl'), missing: 'it takes zig (ziglang.org) on the PATH or in DUETTO_ZIG; or build on Alpine' },
};

/** The variables that make a build one for `target`; none where it is this machine's own. */
export function toolchain(target, host) {
  if (target.name === host.name) return {};
  if (process.env.CC && process.env.CXX) return {};
  const cross = host.platform === 'linux' ? CROSS[target.name] : undefined;
  if (!cross) throw new DepsError(`there is no way here to build for ${target.name}: build it there, or set CC and CXX to a compiler for it`);
  const tools = cross.of();
  const [program, ...args] = tools.CXX.split(' ');
  if (!have(program, ['--help']) || spawnSync(program, [...args, '--version']).status !== 0) {
    throw new DepsError(`there is no ${program} to build for ${target.name} with; ${cross.missing}`);
  }
  return tools;
}
