// Every test but those of the built program and of the editor; files or patterns on the command line take their place.
const named = process.argv.slice(2).some((word) => word === '--spec' || word.startsWith('--spec=') || word.includes('test/'));

module.exports = {
  import: 'tsx',
  spec: named ? [] : ['test/**/*.test.ts'],
  ignore: ['test/vscode/**', 'test/e2e/**', 'test/attack/**'],
  timeout: 20_000,
  exit: false,
};
