# Sourced by the scripts beside it: the local test runner that AWS publishes for its durable functions in JavaScript, in a temporary folder, with
# its time skipping on. Nothing of Durascope takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an
# async function on its standard input: `run(handler)` gives { status, result, operations } there, and what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent @aws/durable-execution-sdk-js@2.4.0 @aws/durable-execution-sdk-js-testing@1.1.4 >&2
  {
    echo "const { withDurableExecution } = require('@aws/durable-execution-sdk-js');
      const { LocalDurableTestRunner } = require('@aws/durable-execution-sdk-js-testing');
      const run = async (handler) => {
        const execution = await new LocalDurableTestRunner({ handlerFunction: withDurableExecution(handler) }).run({ payload: {} });
        const operations = Object.fromEntries(execution.getOperations().map((o) => [o.getName(), o.getStatus()]));
        return { status: execution.getStatus(), result: execution.getResult(), operations };
      };
      const scenario = async () => {"
    cat
    echo "};
      LocalDurableTestRunner.setupTestEnvironment({ skipTime: true })
        .then(scenario)
        .then(async (seen) => {
          await LocalDurableTestRunner.teardownTestEnvironment();
          process.stdout.write(JSON.stringify(seen));
        });"
  } > run.cjs
  echo 'versions: @aws/durable-execution-sdk-js 2.4.0, @aws/durable-execution-sdk-js-testing 1.1.4 (npm)'
  expect_run "$1" node run.cjs
}
