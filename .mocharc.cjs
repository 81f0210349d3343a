// Every test but those of the built program and of the editor; files or patterns on the command line take their place.
const { named } = require('./.mocharc.e2e.cjs');

module.exports = {
  import: 'tsx',
  require: ['./test/support/older-packages.cjs'],
  spec: named ? [] : ['test/**/*.test.ts'],
  ignore: ['test/vscode/**', 'test/e2e/**', 'test/attack/**', 'test/goldens/**'],
  timeout: 20_000,
  exit: false,
};
