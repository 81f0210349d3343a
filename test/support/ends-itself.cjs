// A run whose tests have all ended ends, also where something is left open that would keep its process alive: what that is, is named. Of mocha: once, after
// all tests.

/** What may still be closing when the last test has ended. */
const graceMs = 30_000;

exports.mochaGlobalTeardown = () => {
  setTimeout(() => {
    const open = [...new Set(process.getActiveResourcesInfo())].filter((name) => name !== 'Timeout').sort();
    console.log(`  something is still open after all tests, a defect to be mended: ${open.join(', ') || 'timers'}\n`);
    process.exit();
  }, graceMs).unref();
};
