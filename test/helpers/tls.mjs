import { readFileSync } from 'node:fs';

// A key and a certificate for localhost, its own authority. For tests only: everybody has the key.
const read = (name) => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8');

export const key = read('key');
export const cert = read('cert');
