// What tests have started ends with them, also where they are broken off (Ctrl+C, a time limit from outside) and no `after` runs any more: by its id, as none
// of it would go on for anybody.
const { ChildProcess } = require('node:child_process');

const running = new Set();
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (...given) {
  const result = spawn.apply(this, given);
  if (this.pid !== undefined) {
    running.add(this);
    this.once('exit', () => running.delete(this));
  }
  return result;
};
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What processes of tests (mocha's, which have a channel to this one) need to end what they have started. */
const graceMs = 3_000;

async function end(code) {
  const ofTests = [...running].filter((child) => child.channel);
  for (const child of ofTests) child.kill('SIGTERM');
  const gone = Promise.all(ofTests.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, graceMs))]);
  process.exit(code);
}
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) process.on(signal, () => void end(code));
