# Sourced by the scripts beside it: Vercel's Workflow SDK by its plugin for Vitest, which builds and runs workflows in the process of the tests, in a
# temporary folder. Nothing of Durascope takes part. Needs npm and Node.js; where Node.js is older than 22 a newer one comes from npm (Linux, x64).
# A script writes the workflows into `$work/workflows/flows.ts` and calls `play EXPECTED` with the body of an async function on its standard input:
# `flows` and `outcome(workflow)` (its result, or the message with which its run failed) are there; what the body returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"
mkdir "$work/workflows" "$work/test"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent workflow@4.8.9 @workflow/vitest@4.0.25 vitest@4.0.18 >&2
  need_node "Number(process.versions.node.split('.')[0]) >= 22"
  cat > vitest.config.mjs <<'CONFIG'
import { workflow } from '@workflow/vitest';
import { defineConfig } from 'vitest/config';
export default defineConfig({ plugins: [workflow()], test: { testTimeout: 120_000, include: ['test/*.test.ts'] } });
CONFIG
  {
    echo "import { writeFileSync } from 'node:fs';
      import { test } from 'vitest';
      import { start } from 'workflow/api';
      import * as flows from '../workflows/flows';
      const outcome = async (workflow) => {
        const run = await start(workflow, []);
        return run.returnValue.catch(({ cause }) => ({ failed: /is not registered/.exec(cause.message)?.[0] ?? cause.message }));
      };
      const scenario = async () => {"
    cat
    echo "};
      test('scenario', async () => writeFileSync('seen.json', JSON.stringify(await scenario())));"
  } > test/scenario.test.ts
  echo 'versions: workflow 4.8.9, @workflow/vitest 4.0.25, vitest 4.0.18 (npm)'
  timeout 180 "$node" node_modules/vitest/vitest.mjs run > log.txt 2>&1 || { tail -5 log.txt; exit 1; }
  expect_run "$1" cat seen.json
}
