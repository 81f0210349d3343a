// durable-functions 1.x and 2.x need `util.isDate`, which Node.js 23 took away. Their tests are about what they do where they run: here, and in
// every process that the tests start, the function is put back. What the emulator says without it: test/workers/package-notes.test.ts.
const util = require('node:util');

if (util.isDate === undefined) {
  util.isDate = util.types.isDate;
  const given = process.env.NODE_OPTIONS ?? '';
  if (!given.includes('older-packages')) process.env.NODE_OPTIONS = `${given} --require ${JSON.stringify(__filename)}`.trim();
}
