# Sourced by the scripts beside it: the in-memory backend for tests that @microsoft/durabletask-js brings, in a temporary folder. Nothing of
# Durascope takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard
# input: `worker`, `client` and the package as `sdk` are there, and what it returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent @microsoft/durabletask-js@0.4.0 >&2
  {
    echo "const sdk = require('@microsoft/durabletask-js');
      const backend = new sdk.InMemoryOrchestrationBackend();
      const [worker, client] = [new sdk.TestOrchestrationWorker(backend), new sdk.TestOrchestrationClient(backend)];
      for (const way of ['log', 'info', 'debug', 'warn', 'error']) console[way] = () => {};
      const scenario = async () => {"
    cat
    echo "};
      scenario().then(async (seen) => { await worker.stop(); backend.reset(); process.stdout.write(JSON.stringify(seen)); });"
  } > run.cjs
  echo 'versions: @microsoft/durabletask-js 0.4.0 (npm)'
  expect_run "$1" node run.cjs
}
