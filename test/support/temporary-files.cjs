// Temporary files of a run in a folder of its own, of which the programs that tests start are told by the environment. It goes with the run, also where
// that is broken off or fails. What the tests have left in it of ours is named at the end: a test cleans up after itself.
const { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { tmpdir, userInfo } = require('node:os');
const path = require('node:path');

/** The system's folder, for what is kept from one run to the next; not set outside of a run. */
const variable = 'DURASCOPE_TESTS_SYSTEM_TMPDIR';
/** What the emulator leaves there by design: who runs on which data folder, and, where it was killed, what a later one removes. */
const meant = /^durascope-(locks-|(app|rehearsal)-\d+-)/;
/** Of the process that has made it; others are told of it. */
let own;
if (process.env[variable] === undefined) {
  process.env[variable] = tmpdir();
  // Short: the path of a socket may have some 100 characters.
  own = mkdtempSync(path.join(tmpdir(), 'dst-'));
  // What tsx has compiled serves later runs too.
  const compiled = `tsx-${process.geteuid?.() ?? userInfo().username}`;
  if (existsSync(path.join(tmpdir(), compiled))) symlinkSync(path.join(tmpdir(), compiled), path.join(own, compiled), 'junction');
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = own;
}

/** Call it once what else ends with this process is known: that may be writing there. */
exports.removeAtEnd = () => {
  if (own !== undefined)
    process.once('exit', () => rmSync(own, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
};

/** Of mocha: once, before any test. */
exports.mochaGlobalSetup = exports.removeAtEnd;

/** Of mocha: once, after all tests. */
exports.mochaGlobalTeardown = () => {
  const left = own === undefined ? [] : readdirSync(own).filter((name) => name.startsWith('durascope-') && !meant.test(name));
  if (left.length > 0)
    console.log(`  temporary files that tests have left behind, defects to be mended: ${left.sort().join(', ')}\n`);
};
