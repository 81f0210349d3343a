// The tests of the built program; files or patterns on the command line take their place (mocha would add them to the others).
const { mochaOptions } = require('./test/support/attempts.cjs');
const { slowFirst } = require('./test/support/slow-first.cjs');

const named = process.argv.slice(2).some((word) => word.startsWith('--spec') || word.includes('test/'));
// The goldens before all: what they do takes no time of the processor, it waits for the timers of what was recorded.
const slow = [
  'test/goldens/goldens.test.ts',
  ...[
    'kill',
    'command-line',
    'examples',
    'save-test-csharp',
    'examples-csharp',
    'kill-entities',
    'attach',
    'explore',
    'npm-package',
  ],
  ...['save-test', 'troubleshooting', 'strangers-apps', 'durable-task-examples', 'replay-languages', 'replay', 'clock'],
].map((name) => (name.includes('/') ? name : `test/e2e/${name}.test.ts`));

module.exports = {
  ...mochaOptions,
  import: 'tsx',
  require: [
    'temporary-files',
    'ends-itself',
    'ends-programs',
    'older-packages',
    'dotnet-environment',
    'compile-server',
    'quiet-programs',
  ].map((name) => `./test/support/${name}.cjs`),
  spec: named ? [] : slowFirst(['test/e2e/**/*.test.ts', 'test/goldens/*.test.ts'], [], slow),
  // Ends what hangs, and nothing that a busy machine lets wait.
  timeout: 600_000,
  exit: false,
};
// For the other configurations, and none of mocha's options.
Object.defineProperties(module.exports, { named: { value: named }, slow: { value: slow } });
