// The tests of the built program; files or patterns on the command line take their place (mocha would add them to the others).
const named = process.argv.slice(2).some((word) => word.startsWith('--spec') || word.includes('test/'));

module.exports = {
  import: 'tsx',
  require: ['./test/support/older-packages.cjs'],
  spec: named ? [] : ['test/e2e/**/*.test.ts', 'test/goldens/*.test.ts'],
  timeout: 60_000,
  exit: false,
};
Object.defineProperty(module.exports, 'named', { value: named, enumerable: false });
