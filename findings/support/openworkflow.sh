# Sourced by the scripts beside it: OpenWorkflow with its SQLite backend in memory and one worker, in a temporary folder. Nothing of Durascope takes
# part. Needs Node.js and npm; where Node.js has no node:sqlite (before 22.13) a newer one comes from npm (Linux, x64).
# A script calls `play EXPECTED` with the body of an async function on its standard input: `workflows` (the client) and `result(workflow)` are
# there, and what it returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent openworkflow@0.10.1 >&2
  need_node "require('node:sqlite')"
  {
    echo "import { OpenWorkflow } from 'openworkflow';
      import { BackendSqlite } from 'openworkflow/sqlite';
      const workflows = new OpenWorkflow({ backend: BackendSqlite.connect(':memory:') });
      const result = async (workflow) => (await workflow.run({})).result();
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: openworkflow 0.10.1 (npm)'
  expect_run "$1" "$node" --no-warnings run.mjs
}
