// Which room may know which: `npm run lint:imports`. A room imports from the rooms below it, types too; never from one above.
// docs/architecture.md says what each is for.

const rooms = [
  { name: 'the module', path: '^lib/(index|api|nghttp2|register-hooks)\\.|^lib/register/' },
  { name: 'server and client', path: '^lib/(server|client)/' },
  { name: 'compat', path: '^lib/compat/' },
  { name: 'session', path: '^lib/session/' },
  { name: 'stream', path: '^lib/stream/' },
  { name: 'connection', path: '^lib/connection/' },
  { name: 'observe', path: '^lib/observe/' },
  { name: 'headers, settings and socket', path: '^lib/(headers|settings|socket)/' },
  { name: 'binding', path: '^lib/binding/' },
  { name: 'engine', path: '^lib/engine/' },
  { name: 'what every room may use', path: '^lib/(errors|node-internals)/|^lib/(builtin|clock|constants|debugging|deferrals|rethrow|symbols|validate)\\.' },
];

module.exports = {
  forbidden: [
    ...rooms.slice(1).map(({ name, path }, i) => ({
      name: `no-import-upwards-from: ${name}`,
      comment: `A file of "${name}" imports one of a room above it. Move what both need down, or declare in this room an interface of what it needs.`,
      severity: 'error',
      from: { path },
      to: { path: rooms.slice(0, i + 1).map((room) => room.path).join('|') },
    })),
    ...['server|client', 'headers|settings|socket'].map((beside) => ({
      name: `no-import-sideways: ${beside}`,
      comment: 'Rooms of one storey do not know each other.',
      severity: 'error',
      from: { path: `^lib/(${beside})/` },
      to: { path: `^lib/(${beside})/`, pathNot: '^lib/$1/' },
    })),
    {
      name: 'every-file-has-a-room',
      comment: 'A file that lies in no room: name its room in .dependency-cruiser.cjs and docs/architecture.md.',
      severity: 'error',
      from: { path: '^lib/', pathNot: rooms.map((room) => room.path).join('|') },
      to: {},
    },
    {
      name: 'no-unresolved',
      comment: 'What is imported does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, path: '^\\.' },
    },
  ],
  options: { tsPreCompilationDeps: true, parser: 'swc', doNotFollow: { path: 'node_modules' } },
};
