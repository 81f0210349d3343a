# Sourced by the scripts beside it: Workflow ES with the persistence in memory that it begins with, in a temporary folder. Nothing of Durascope
# takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `host`,
# `define(id, build)`, `step(run)` and `later(ms)` are there, `log` is what steps write to; what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent workflow-es@2.3.5 >&2
  {
    echo "const { configureWorkflow, StepBody, ExecutionResult } = require('workflow-es');
      const host = configureWorkflow().getHost();
      const log = [];
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const step = (act) => class extends StepBody {
        async run() { await act(this); return ExecutionResult.next(); }
      };
      const define = (id, build) => host.registerWorkflow(class { id = id; version = 1; build(builder) { build(builder); } });
      const scenario = async () => {"
    cat
    echo "};
      host.start().then(scenario).then((seen) => process.stdout.write(JSON.stringify(seen), () => process.exit(0)));"
  } > run.cjs
  echo 'versions: workflow-es 2.3.5 (npm)'
  expect_run "$1" node run.cjs
}
