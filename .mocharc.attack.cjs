// What takes too long for every run of the tests; files or patterns on the command line take their place.
const { named } = require('./.mocharc.e2e.cjs');

module.exports = {
  import: 'tsx',
  require: ['temporary-files', 'ends-itself', 'ends-programs'].map((name) => `./test/support/${name}.cjs`),
  spec: named ? [] : ['test/attack/**/*.test.ts'],
  timeout: 600_000,
  exit: false,
};
