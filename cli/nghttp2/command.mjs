// npx duetto nghttp2 <command>

import { UserError } from '../user-error.mjs';

const commands = {
  list: { about: 'the versions known and built, and the security fixes missing from each', load: () => import('./list.mjs') },
  build: { about: 'build an engine of a version, tarball, folder or git checkout, beside the others', load: () => import('./build.mjs') },
  compare: { about: 'what differs between two engines, before you ship the other', load: () => import('./compare.mjs') },
};

const usage = `Usage: npx duetto nghttp2 <command>

${Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`).join('\n')}

DUETTO_NGHTTP2=<version> in the environment picks the engine that a program runs on.`;

export async function run([name, ...args]) {
  if (name === '--help' || name === '-h') return console.log(usage);
  if (!Object.hasOwn(commands, name ?? '')) {
    throw new UserError(`${name === undefined ? 'which command?' : `there is no command nghttp2 ${name}`}\n\n${usage}`, { exitCode: 2 });
  }
  await (await commands[name].load()).run(args);
}
