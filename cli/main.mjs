#!/usr/bin/env node
// npx duetto <command>: each command is a room of its own, loaded when it is asked for.

import { packageVersion } from './package-root.mjs';
import { UserError } from './user-error.mjs';

const commands = {
  build: { about: 'build the addon for this machine, where none was prebuilt for it', load: () => import('./build.mjs') },
  nghttp2: { about: 'the nghttp2 that duetto runs on: list, build, compare', load: () => import('./nghttp2/command.mjs') },
};

const usage = `Usage: npx duetto <command>

${Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`).join('\n')}

npx duetto <command> --help says more; npx duetto --version, which duetto this is.`;

/** Errors with a message for people go out without a stack. */
function report(error) {
  const known = error instanceof UserError || error.name === 'DepsError' || error.code === 'ERR_DUETTO_ENGINE' ||
    error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? `duetto: ${error.message.replace(/^duetto: /, '')}` : error);
  process.exitCode = error.exitCode ?? 1;
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h') {
  console.log(usage);
  if (name === undefined) process.exitCode = 2;
} else if (name === '--version' || name === '-v') {
  console.log(packageVersion);
} else if (!Object.hasOwn(commands, name)) {
  console.error(`duetto: there is no command ${name}\n\n${usage}`);
  process.exitCode = 2;
} else {
  try {
    await (await commands[name].load()).run(args);
  } catch (error) {
    report(error);
  }
}
