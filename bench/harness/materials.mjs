import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from './children.mjs';

// What runs need on disk, made when first asked for in a folder that goes away with the process.

let folder;
let certificate;

function inFolder(name) {
  if (folder === undefined) {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-bench-'));
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  }
  return path.join(folder, name);
}

/** A file of that many bytes. */
export function bodyFile(bytes) {
  const file = inFolder(`body-${bytes}`);
  if (!fs.existsSync(file)) fs.writeFileSync(file, Buffer.alloc(bytes, 'duetto'));
  return file;
}

/** A JSON document of that many bytes. */
export function jsonFile(bytes) {
  const file = inFolder(`json-${bytes}`);
  const document = { user: 'somebody', text: '' };
  document.text = 'x'.repeat(bytes - JSON.stringify(document).length);
  fs.writeFileSync(file, JSON.stringify(document));
  return file;
}

export function logFile() {
  return inFolder('log');
}

/** A folder to serve, with the eleven bytes of the small cases in `hello`. */
export function helloFolder() {
  const root = inFolder('htdocs');
  fs.mkdirSync(root, { recursive: true });
  fs.writeFileSync(path.join(root, 'hello'), 'Hello World');
  return root;
}

async function makeCertificate() {
  const files = { key: inFolder('key.pem'), cert: inFolder('cert.pem') };
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-keyout', files.key, '-out', files.cert,
  ], 20);
  return files;
}

/** Files of a key and a certificate for localhost, good for a day. */
export function tlsFiles() {
  return certificate ??= makeCertificate();
}
