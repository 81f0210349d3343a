// The house's arrows (docs: CONTRIBUTING.md, "Where does X live"): a room may import only what stands beside it here.
const mayImport = {
  base: [],
  wire: [],
  core: ['base'],
  analysis: ['core', 'base'],
  protocol: ['core', 'base'],
  engine: ['core', 'base'],
  store: ['core', 'base'],
  workers: ['wire', 'core', 'base'],
  replay: ['core', 'base'],
  http: ['core', 'base'],
  grpc: ['wire', 'core', 'base'],
  debug: ['replay', 'core', 'base'],
  hubs: ['grpc', 'wire', 'http/client', 'replay', 'core', 'base'],
  emulator: ['http', 'grpc', 'store', 'workers', 'wire', 'engine', 'replay', 'core', 'base'],
  // The client of an emulator runs in a browser as it does in node.
  webview: ['protocol', 'http/client', 'core', 'base'],
  tools: ['replay', 'core', 'base'],
  testing: ['emulator', 'store', 'workers', 'engine', 'replay', 'core', 'base'],
  cli: ['emulator', 'hubs', 'tools', 'replay', 'analysis', 'core', 'base'],
  vscode: ['emulator', 'hubs', 'tools', 'debug', 'replay', 'analysis', 'protocol', 'core', 'base'],
};

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([room, allowed]) => ({
      name: `${room}-imports-only-below`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circles-of-folders',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/(analysis|core|vscode|workers)/' },
      to: { circular: true },
    },
    { name: 'vscode-only-in-the-rim', severity: 'error', from: { path: '^src/(?!vscode/)' }, to: { path: '^vscode$' } },
    {
      name: 'sqljs-only-in-the-store',
      severity: 'error',
      from: { path: '^src/(?!store/)' },
      to: { path: 'node_modules/sql\\.js' },
    },
    {
      name: 'azure-only-in-its-hub',
      severity: 'error',
      from: { path: '^src/(?!hubs/azure-storage/)' },
      to: { path: 'node_modules/@azure/(data-tables|storage-|core-)' },
    },
    {
      name: 'sdk-only-in-the-child',
      severity: 'error',
      from: { path: '^src/(?!workers/node/child/)' },
      to: { path: 'node_modules/(durable-functions|@azure/functions|functions-v3)' },
    },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
