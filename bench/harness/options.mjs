import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const usage = `npm run bench -- [options]

  --quick         short runs and few rounds: a look, not a measurement
  --case NAME     only cases whose name contains NAME (may be repeated)
  --rounds N      rounds per case (default 5, quick 3)
  --module PATH   what to measure against node:http2 (default dist/index.js; node:http2 shows the noise)
  --json FILE     where to write the numbers (default bench/results/<date>.json)
  --list          name the cases and stop
  --help          this text`;

/** A built-in name as it is, anything else as a path from the current folder. */
function resolveModule(given) {
  if (given?.startsWith('node:')) return given;
  const file = given === undefined ? path.join(root, 'dist/index.js') : path.resolve(given);
  if (!fs.existsSync(file)) {
    throw new Error(`${path.relative(process.cwd(), file)} is not there. Build first, or name one with --module.`);
  }
  return file;
}

function countFrom(text, name) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw new Error(`--${name} must be a number from 1 to 1000`);
  }
  return count;
}

export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      module: { type: 'string' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.list) return values;
  const date = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return {
    ...values,
    module: resolveModule(values.module),
    rounds: values.rounds === undefined ? (values.quick ? 3 : 5) : countFrom(values.rounds, 'rounds'),
    json: values.json === undefined ? path.join(root, 'bench/results', `${date}.json`) : path.resolve(values.json),
    /** Length of one timed run in seconds. */
    seconds: values.quick ? 1 : 2.5,
  };
}
