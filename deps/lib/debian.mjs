// Debian's source package, by the archive this machine's apt is set up with. Needs no root and leaves apt's own lists
// alone: everything happens in a temporary folder. The manifest's checksum decides what is taken, not the version.

import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { have, lastLines, run } from './util.mjs';

const KEYRINGS = ['gpg', 'pgp'].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);
/** A hung mirror must end in a message: a whole index and the package take seconds. */
const APT_TIMEOUT_MS = 180_000;

/** Gets `name` with checksum `sum` into the folder `into`; returns undefined, or why it could not. */
export function fromDebian(entry, name, sum, into) {
  if (!entry.debian) return 'the manifest names no Debian package for it';
  if (!have('apt-get')) return 'this machine has no apt';
  const archives = archiveAddresses();
  if (!archives.main) return 'no Debian archive among the sources of this machine\'s apt';
  const tries = [
    { uri: archives.main, suites: entry.debian.suites },
    { uri: archives.security, suites: entry.debian.securitySuites },
  ].filter((source) => source.uri && source.suites?.length);
  const failures = [];
  for (const source of tries) {
    const failure = withApt(source, (apt) => download(apt, name, sum, into));
    if (!failure) return undefined;
    failures.push(`${source.suites.join(', ')}: ${failure}`);
  }
  return failures.join('\n    ');
}

/** The addresses of Debian's main and security archives, as apt has them. */
function archiveAddresses() {
  const { stdout } = run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const addresses = [...new Set(stdout.split('\n').map((line) => line.trim()).filter(Boolean))];
  return {
    main: addresses.find((address) => /\/debian\/?$/.test(address)),
    security: addresses.find((address) => /\/debian-security\/?$/.test(address)),
  };
}

function withApt(source, use) {
  const dir = mkdtempSync(join(tmpdir(), 'duetto-apt-'));
  try {
    chmodSync(dir, 0o755);
    for (const sub of ['parts', 'lists/partial', 'cache/archives/partial']) mkdirSync(join(dir, sub), { recursive: true });
    const keyring = KEYRINGS.find((file) => existsSync(file));
    const lines = [`Types: deb-src`, `URIs: ${source.uri}`, `Suites: ${source.suites.join(' ')}`, `Components: main`];
    if (keyring) lines.push(`Signed-By: ${keyring}`);
    writeFileSync(join(dir, 'parts/duetto.sources'), lines.join('\n') + '\n');
    const options = {
      'Dir::Etc::SourceList': '/dev/null',
      'Dir::Etc::SourceParts': join(dir, 'parts'),
      'Dir::State::Lists': join(dir, 'lists'),
      'Dir::Cache': join(dir, 'cache'),
      'APT::Sandbox::User': 'root',
      'Acquire::Retries': '1',
      'Acquire::http::Timeout': '20',
    };
    const common = [...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]), '-q=2'];
    const apt = (program, ...args) => run(program, [...common, ...args], { cwd: dir, timeout: APT_TIMEOUT_MS });
    const update = apt('apt-get', 'update');
    if (!update.ok) return `apt-get update failed:\n${lastLines(update.output)}`;
    return use(Object.assign(apt, { dir }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function download(apt, name, sum, into) {
  const packages = apt('apt-cache', 'showsrc', 'nghttp2').stdout.split(/\n\n+/).filter((text) => text.trim());
  const holder = packages.find((text) => new RegExp(`^ ${sum} \\d+ ${escape(name)}$`, 'm').test(text));
  const versions = packages.map(versionOf);
  if (!holder) return `it has ${versions.join(', ') || 'no nghttp2'}, without a ${name} of the right checksum`;
  const got = apt('apt-get', 'source', '--download-only', `nghttp2=${versionOf(holder)}`);
  const file = join(apt.dir, name);
  if (!existsSync(file)) return `apt-get source nghttp2=${versionOf(holder)} failed:\n${lastLines(got.output)}`;
  copyFileSync(file, join(into, name));
  return undefined;
}

const versionOf = (text) => /^Version: (.*)$/m.exec(text)?.[1];
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
