// Run by npm before it packs. A binding.gyp at a package's root is built on installation: by `npm ci`, since lock files do
// not keep "gypfile": false, and by pnpm and yarn, which never look at that. In the package it lies in deps/, from where
// deps/lib/gyp-folder.mjs takes it.

import { copyFileSync } from 'node:fs';
import { packedGypFile, rootGypFile } from '../deps/lib/gyp-folder.mjs';

copyFileSync(rootGypFile, packedGypFile);
