# Sourced by the scripts beside it: Flowcraft with its runtime in memory, in a temporary folder. Nothing of Durascope takes part. Needs Node.js 20
# or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `createFlow`, `runtime`, `later(ms)`
# and `log`, with `noted(name)` for a node that writes its name there, are given; what it returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent flowcraft@2.10.1 >&2
  {
    echo "import { createFlow, FlowRuntime } from 'flowcraft';
      const runtime = new FlowRuntime({});
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const log = [];
      const noted = (name) => async ({ input }) => { log.push(name); return { output: name }; };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: flowcraft 2.10.1 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
