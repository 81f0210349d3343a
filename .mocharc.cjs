// Every test but those of the built program and of the editor; files or patterns on the command line take their place.
const { slowFirst } = require('./test/support/slow-first.cjs');
const program = require('./.mocharc.e2e.cjs');

const ignore = ['test/vscode/**', 'test/e2e/**', 'test/attack/**', 'test/goldens/**'];
const slow = [
  ...['workers/rpc/dotnet-projects', 'workers/rpc/dotnet-lifecycle', 'workers/lifecycle', 'workers/hostile-apps'],
  ...['replay/divergence', 'replay/bad-input', 'debug/real-apps', 'replay/examples', 'workers/loading'],
].map((name) => `test/${name}.test.ts`);

module.exports = {
  ...program,
  spec: program.named ? [] : slowFirst('test/**/*.test.ts', ignore, slow),
  ignore,
  // Ends what hangs, and nothing that a busy machine lets wait.
  timeout: 300_000,
};
// For the configuration of the quick run, and none of mocha's options.
Object.defineProperty(module.exports, 'slow', { value: slow });
