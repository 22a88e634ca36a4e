// Debian's pool, by the archives that this machine's apt is set up with. A source archive has the same address whichever
// suites are configured and whatever revision they are at, so no list of packages is needed: apt may never have updated
// one. Needs no root and leaves apt's own state alone. The manifest's checksum decides what is taken.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { have, lastLines, run } from './util.mjs';

/** apt's own downloader: it knows the machine's proxies and the methods behind addresses such as file: or tor+http:. */
const HELPERS = ['/usr/lib/apt/apt-helper', '/usr/libexec/apt/apt-helper'];
/** A hung mirror must end in a message: the file takes seconds. */
const APT_TIMEOUT_MS = 120_000;

const POOLS = [
  // Distributions that take their sources from Debian have the same file, which the checksum tells.
  { archive: /\/(debian|ubuntu)\/?$/, folder: 'pool/main/n/nghttp2' },
  { archive: /\/debian-security\/?$/, folder: 'pool/updates/main/n/nghttp2' },
];

/** Gets the file `name` into the folder `into`; returns undefined, or why it could not. */
export function fromDebian(name, into) {
  if (!have('apt-get')) return 'this machine has no apt';
  const helper = HELPERS.find((file) => existsSync(file));
  if (!helper) return `apt's ${HELPERS[0]} is missing`;
  const state = mkdtempSync(join(tmpdir(), 'duetto-apt-'));
  try {
    chmodSync(state, 0o755);
    for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true });
    const options = optionsFor(state);
    const addresses = poolAddresses(options).map((pool) => `${pool}/${name}`);
    if (addresses.length === 0) return 'no Debian archive among the sources of this machine\'s apt';
    const failures = addresses.map((address) => {
      const file = join(into, name);
      const { ok, output } = run(helper, [...options, '-q=2', 'download-file', address, file], { cwd: state, timeout: APT_TIMEOUT_MS });
      return ok && readdirSync(into).includes(name) ? undefined : `${address}:\n${lastLines(output, 2)}`;
    });
    return failures.includes(undefined) ? undefined : failures.join('\n    ');
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

function optionsFor(state) {
  const options = {
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::Cache': join(state, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '20',
  };
  return Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** The folders of nghttp2 in the pools of the configured archives: with --print-uris apt says where it would look. */
function poolAddresses(options) {
  const { stdout } = run('apt-get', [...options, 'update', '--print-uris']);
  const archives = [...stdout.matchAll(/^'(\S+?)\/dists\//gm)].map(([, address]) => address);
  return POOLS.flatMap(({ archive, folder }) =>
    [...new Set(archives)].filter((address) => archive.test(address)).map((address) => `${address.replace(/\/$/, '')}/${folder}`));
}
