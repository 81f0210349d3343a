// Files of tests in the order in which two at a time are done soonest: what takes long begins first, so that neither waits for it at the end.
const fastGlob = require('fast-glob');

/** What matches `patterns` and not `ignore`, first those of `slow`, the slowest before the others, then by name. */
exports.slowFirst = function slowFirst(patterns, ignore, slow) {
  const files = fastGlob.sync(patterns, { ignore }).sort();
  const missing = slow.filter((file) => !files.includes(file));
  if (missing.length > 0) throw new Error(`No such tests, look at the list of those that take long: ${missing.join(', ')}`);
  return [...slow, ...files.filter((file) => !slow.includes(file))];
};
