# Sourced by the scripts beside it: Resonate's SDK for TypeScript with the network in memory that it brings, in a temporary folder. Nothing of
# Durascope takes part. Needs Node.js and npm; where Node.js is older than the package wants (22) a newer one comes from npm (Linux, x64).
# A script calls `play EXPECTED` with the body of an async function on its standard input: `resonate` and `run(id, function, options)` are there,
# `within(ms, promise)` gives 'still waits' where the promise takes longer, and what it returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent @resonatehq/sdk@0.11.5 >&2
  need_node "Promise.withResolvers()"
  {
    echo "import { Resonate } from '@resonatehq/sdk';
      const resonate = new Resonate({ logLevel: 'error' });
      const run = (id, workflow, ...options) => {
        resonate.register(id, workflow);
        return resonate.run(id, id, ...options);
      };
      const within = (ms, promise) => Promise.race([promise, new Promise((r) => setTimeout(r, ms, 'still waits'))]);
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @resonatehq/sdk 0.11.5 (npm)'
  expect_run "$1" "$node" --no-warnings run.mjs
}
