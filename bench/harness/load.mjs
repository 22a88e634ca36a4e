import { run, Worker } from './children.mjs';

// Two sources of requests with one face: `h2load`, and a client made of node:http2 where h2load is missing.
//   measure({ url, connections, streams, seconds, bodyFile, headers }) -> { requests, perSecond }

/** A run never sends more than this, however fast the server is. */
const MAX_REQUESTS = 2_000_000;
/** Seconds after which a run has failed, as a multiple of what it was meant to take, and at least. */
const PATIENCE = 10;
const LEAST_PATIENCE = 30;

function patience(seconds) {
  return Math.max(LEAST_PATIENCE, seconds * PATIENCE);
}

/** Reads the summary that h2load prints. */
function readSummary(text) {
  const rate = /finished in [\d.]+\w+, ([\d.]+) req\/s/.exec(text);
  const counts = /requests: (\d+) total, .* (\d+) succeeded/.exec(text);
  if (rate === null || counts === null) throw new Error(`h2load said nothing of use: ${text.slice(-500)}`);
  if (counts[1] !== counts[2]) throw new Error(`h2load: ${counts[2]} of ${counts[1]} requests succeeded`);
  return { requests: Number(counts[1]), perSecond: Number(rate[1]) };
}

class H2load {
  /** Requests per second last seen, by URL: it decides how many make up a run of the wanted length. */
  #rates = new Map();

  program = 'h2load';

  constructor(version) {
    this.name = version;
    this.note = undefined;
  }

  async measure({ url, connections, streams, seconds, bodyFile, headers = [] }) {
    const parallel = connections * streams;
    const wanted = Math.round((this.#rates.get(url) ?? 0) * seconds);
    const requests = Math.min(MAX_REQUESTS, Math.max(parallel * 2, wanted));
    const args = ['-n', requests, '-c', connections, '-m', streams, ...(bodyFile ? ['-d', bodyFile] : []),
      ...headers.flatMap((header) => ['-H', header]), url];
    const result = readSummary(await run('h2load', args.map(String), patience(seconds)));
    this.#rates.set(url, result.perSecond);
    return result;
  }

  async stop() {}
}

class NodeLoad {
  name = 'node:http2 client';
  note = 'h2load is not installed: the load comes from a node:http2 client, which is slower than the servers. ' +
    'Requests per second say little then; look at the CPU per request.';
  #worker;

  async measure({ seconds, ...shape }) {
    if (this.#worker === undefined) {
      this.#worker = new Worker('clients/requests.mjs', { module: 'node:http2' });
      await this.#worker.ready();
    }
    return this.#worker.ask('run', { ...shape, seconds, maxRequests: MAX_REQUESTS }, patience(seconds));
  }

  async stop() {
    await this.#worker?.stop();
  }
}

export async function findLoad() {
  try {
    return new H2load((await run('h2load', ['--version'], 5)).trim());
  } catch {
    return new NodeLoad();
  }
}
