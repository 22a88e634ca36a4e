// What a compiler can do, asked of the compiler. A variable such as CXX may hold a command with arguments.

import { spawnSync } from 'node:child_process';

/** The command that a variable names, else the default one. */
export const compiler = (variable, fallback) => (process.env[variable] || fallback).split(' ').filter(Boolean);

/** What it says about itself. */
function about(variable, fallback) {
  const [program, ...args] = compiler(variable, fallback);
  return spawnSync(program, [...args, '--version'], { encoding: 'utf8' }).stdout ?? '';
}

const isGcc = (variable, fallback) => /Free Software Foundation/.test(about(variable, fallback));

/** Link-time optimisation works with no further set-up where both are gcc; elsewhere ar needs plugins that are often missing. */
export const hasLto = () => process.platform === 'linux' && isGcc('CC', 'cc') && isGcc('CXX', 'g++');

/** Zig's linker does not know --exclude-libs. The list of exports has the same effect. */
export const excludeLibs = () => (/ziglang/.test(about('CXX', 'g++')) ? [] : ['-Wl,--exclude-libs,ALL']);
