# Sourced by the scripts beside it: Medusa's orchestrator of workflows, in memory, in a temporary folder. Nothing of Durascope takes part. Needs
# Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `run(steps, handlers)` runs one
# and gives the transaction, `step(name, work)` is a handler that notes in `log` what it does and undoes; what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @medusajs/orchestration@2.21.2 >&2
  {
    echo "const { LocalWorkflow, WorkflowManager } = require('@medusajs/orchestration');
      const log = [];
      const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const step = (name, work = async () => {}) => ({
        invoke: async () => {
          await work();
          log.push(name);
          return { output: name, compensateInput: name };
        },
        compensate: async () => { log.push('undo ' + name); },
      });
      let count = 0;
      const run = (steps, handlers) => {
        const id = 'workflow-' + count++;
        WorkflowManager.register(id, steps, new Map(Object.entries(handlers)));
        return new LocalWorkflow(id).run(id, {});
      };
      const scenario = async () => {"
    cat
    echo "};
      scenario().then((seen) => process.stdout.write(JSON.stringify(seen), () => process.exit(0)));"
  } > run.cjs
  echo 'versions: @medusajs/orchestration 2.21.2 (npm)'
  expect_run "$1" "$node" --no-warnings run.cjs
}
