# Sourced by the scripts beside it: Rivet's workflow engine for JavaScript with its driver in memory, in a temporary folder. Nothing of Durascope
# takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input:
# `run(workflow)` runs one to its end and gives its state and output, `later(ms, value)` is a promise; what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent @rivetkit/workflow-engine@2.3.19 >&2
  {
    echo "import { runWorkflow } from '@rivetkit/workflow-engine';
      import { InMemoryDriver } from '@rivetkit/workflow-engine/testing';
      let count = 0;
      const run = async (workflow) => {
        const { state, output } = await runWorkflow('workflow ' + count++, workflow, null, new InMemoryDriver(), { mode: 'live' }).result;
        return [state, output];
      };
      const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @rivetkit/workflow-engine 2.3.19 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
