# Sourced by the scripts beside it: the job queue of Platformatic with its storage in memory, in a temporary folder. Nothing of Durascope takes part.
# Needs Node.js and npm; where Node.js is older than the package wants (22.19) a newer one comes from npm (Linux, x64). A script calls
# `play EXPECTED` with the body of an async function on its standard input: `start(handler, options)` gives { queue, storage } there, the queue
# started; `first(queue, event)` resolves with the first event of that name, `later` waits; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @platformatic/job-queue@0.5.0 >&2
  need_node "(([major, minor]) => major > 22 || (major === 22 && minor >= 19))(process.versions.node.split('.').map(Number))"
  {
    echo "import { MemoryStorage, Queue, Reaper } from '@platformatic/job-queue';
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const first = (queue, event) => new Promise((resolve) => queue.once(event, (...told) => resolve(told)));
      const start = async (handler, options = {}) => {
        const storage = new MemoryStorage();
        const queue = new Queue({ storage, ...options });
        queue.execute(handler);
        await queue.start();
        return { queue, storage };
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()));
      process.exit(0);"
  } > run.mjs
  echo 'versions: @platformatic/job-queue 0.5.0 (npm)'
  expect_run "$1" "$node" run.mjs
}
