import { tlsFiles } from '../harness/materials.mjs';
import { serverCase } from './server.mjs';

// Small requests: eleven bytes back. Shapes are connections x streams.

const SHAPES = [[1, 100], [10, 10], [10, 1]];

function small(prefix, script, [connections, streams], tls) {
  const shape = { connections, streams };
  return serverCase({ name: `${prefix}-${connections}x${streams}`, script, shape, tls, nghttpd: prefix === 'small' ? shape : undefined });
}

export default [
  ...SHAPES.map((shape) => small('small', 'servers/hello-core.mjs', shape)),
  small('tls', 'servers/hello-core.mjs', [1, 100], tlsFiles),
  small('tls', 'servers/hello-core.mjs', [10, 10], tlsFiles),
  small('tls', 'servers/hello-core.mjs', [10, 1], tlsFiles),
  small('compat', 'servers/hello-compat.mjs', [1, 100]),
  small('compat', 'servers/hello-compat.mjs', [10, 10]),
];
