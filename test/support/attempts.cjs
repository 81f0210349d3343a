// What is run again when it fails: nothing, unless DURASCOPE_ATTEMPTS says how often at most (.ci/run: twice). A test that passes at a second
// attempt is a defect all the same, of the test or of what it tests: it is named, with what it said, after all others.
const { reporters } = require('mocha');

const attempts = Number(process.env['DURASCOPE_ATTEMPTS'] ?? '1');

class SaysWhatWasRunAgain extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on('retry', (test, error) => failed.push(`  ${test.fullTitle()}\n${indented(error?.stack ?? error)}`));
    runner.once('end', () => {
      if (failed.length > 0)
        console.log(`  failed at a first attempt, defects to be mended: ${failed.length}\n\n${failed.join('\n\n')}\n`);
    });
  }
}

function indented(text) {
  return String(text).replace(/^/gm, '      | ');
}

module.exports = SaysWhatWasRunAgain;
Object.assign(module.exports, {
  attempts,
  /** For a configuration of mocha. */
  mochaOptions: attempts > 1 ? { reporter: __filename, retries: attempts - 1 } : {},
  /** The same for its command line. */
  mochaArguments: attempts > 1 ? ['--reporter', __filename, '--retries', String(attempts - 1)] : [],
  indented,
});
