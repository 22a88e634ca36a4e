// A tree of nghttp2's sources: its version, its list of files, the two headers that its own build would generate.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DepsError, sha256 } from './util.mjs';

const INCLUDE = 'lib/includes/nghttp2';
const MARK = 'lib/duetto_tree.c';

/** What tells a tree of nghttp2 from any other folder. */
export const isTree = (root) => existsSync(join(root, INCLUDE, 'nghttp2.h'));

const read = (root, path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');

/** The version, with a suffix such as -DEV where it has one: from the generated header, autoconf's or CMake's file. */
export function versionOf(root) {
  const found =
    /#define NGHTTP2_VERSION "(\d+\.\d+\.\d+[\w.-]*)"/.exec(read(root, `${INCLUDE}/nghttp2ver.h`)) ??
    /AC_INIT\(\[nghttp2\],\s*\[(\d+\.\d+\.\d+[\w.-]*)\]/.exec(read(root, 'configure.ac')) ??
    /project\(nghttp2\s+VERSION\s+(\d+\.\d+\.\d+)/.exec(read(root, 'CMakeLists.txt'));
  if (!found) throw new DepsError(`${root} does not say which version of nghttp2 it is`);
  return found[1];
}

/** Leaves a file alone that is right, for the sake of make. */
function writeIfNew(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Writes nghttp2ver.h as nghttp2's configure and CMake do. */
export function writeVersionHeader(root, version) {
  const template = read(root, `${INCLUDE}/nghttp2ver.h.in`);
  const file = join(root, INCLUDE, 'nghttp2ver.h');
  if (!template && existsSync(file)) return;
  if (!template) throw new DepsError(`${root} has neither nghttp2ver.h nor nghttp2ver.h.in`);
  const numbers = version.split(/[.-]/, 3).map(Number);
  const number = '0x' + numbers.map((part) => part.toString(16).padStart(2, '0')).join('');
  writeIfNew(file, template.replaceAll('@PACKAGE_VERSION@', version).replaceAll('@PACKAGE_VERSION_NUM@', number));
}

/**
 * Writes config.h, with what nghttp2's lib/ asks of it in any supported version. One file for every platform and both
 * builds; its own build would find these out by trying.
 */
export function writeConfigHeader(root) {
  const text = `/* Written by duetto's deps/lib/tree.mjs in place of nghttp2's generated config.h. */
#ifdef _WIN32
#  define HAVE_WINDOWS_H 1
#  define HAVE_SYSINFOAPI_H 1
#  define HAVE_GETTICKCOUNT64 1
#else
#  define HAVE_ARPA_INET_H 1
#  define HAVE_NETINET_IN_H 1
#  define HAVE_UNISTD_H 1
#  define HAVE_CLOCK_GETTIME 1
#  define HAVE_DECL_CLOCK_MONOTONIC 1
#endif
#define HAVE_TIME_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LIMITS_H 1
`;
  writeIfNew(join(root, 'lib/config.h'), text);
}

/**
 * Writes a C file that says which tree it was compiled with. It is part of nghttp2's library, so that an addon which was
 * linked with an older library shows it.
 */
export function writeTreeMark(root, sum) {
  const text = `/* Written by duetto's deps/lib/tree.mjs: the checksum of this tree. */
extern const char duetto_nghttp2_tree[];
const char duetto_nghttp2_tree[] = "${sum}";
`;
  writeIfNew(join(root, MARK), text);
}

/** The C files of the library. All of lib/*.c belongs to it, in every version. */
export const sourcesOf = (root) =>
  readdirSync(join(root, 'lib'))
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => `lib/${name}`);

/** Written into each tree, from its template and from nothing: see above. */
const WRITTEN = ['lib/config.h', MARK, `${INCLUDE}/nghttp2ver.h`];

/**
 * One sum over the names and contents of what is compiled: the C files and headers under lib/. What else lies there
 * differs between a release, which has the files of its build generated, and a distribution's archive of the same version.
 */
export function treeSha256(root) {
  const lines = [];
  const walk = (folder) => {
    for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${item.name}`;
      if (item.isDirectory()) walk(path);
      else if (/\.(c|h|h\.in)$/.test(path) && !WRITTEN.includes(path)) lines.push(`${sha256(readFileSync(join(root, path)))}  ${path}`);
    }
  };
  walk('lib');
  return sha256(lines.sort().join('\n'));
}
