// Every test but those of the editor, in one run. Those of the built program wait more than they work, and the others work: one of the former
// comes after every few of the latter, what takes long first, so that both are under way at any time, and what is short comes last, so that all end
// together. Files or patterns on the command line take their place.
const { availableParallelism } = require('node:os');
const program = require('./.mocharc.e2e.cjs');
const units = require('./.mocharc.cjs');

/** Where a file stands in the list of its kind; those that are on none come last. */
function placeOf(file) {
  const place = Math.max(program.slow.indexOf(file), units.slow.indexOf(file));
  return place < 0 ? program.slow.length : place;
}

function mixed() {
  const long = [...program.spec, ...units.slow].sort((a, b) => placeOf(a) - placeOf(b));
  const short = units.spec.filter((file) => !units.slow.includes(file));
  const each = Math.floor((short.length * 2) / 3 / long.length);
  const first = long.flatMap((file, index) => [file, ...short.slice(index * each, (index + 1) * each)]);
  return [...first, ...short.slice(long.length * each)];
}

module.exports = {
  ...program,
  spec: program.named ? [] : mixed(),
  // Files at a time: a good part of them waits, for processes, timers and builds.
  jobs: 4 + 2 * availableParallelism(),
};
