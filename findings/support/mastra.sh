# Sourced by the scripts beside it: workflows of Mastra with its store in memory, in a temporary folder. Nothing of Durascope takes part. Needs
# Node.js and npm; where Node.js is older than 22.13 a newer one comes from npm (Linux, x64).
# A script calls `play EXPECTED` with the body of an async function on its standard input: `workflow()`, `step(id, execute)` and
# `newRun(workflow)` are there, with `kept()` of a run for what the store has of it; what it returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @mastra/core@1.71.0 zod@4.1.12 >&2
  need_node "((a, b) => a > 22 || (a === 22 && b >= 13))(...process.versions.node.split('.').map(Number))"
  {
    echo "import { Mastra } from '@mastra/core';
      import { InMemoryStore } from '@mastra/core/storage';
      import { createStep, createWorkflow } from '@mastra/core/workflows';
      import { z } from 'zod';
      const forms = { inputSchema: z.any(), outputSchema: z.any() };
      const step = (id, execute) => createStep({ id, ...forms, resumeSchema: z.any(), suspendSchema: z.any(), execute });
      const workflow = () => createWorkflow({ id: 'flow', ...forms });
      const newRun = async (flow) => {
        const mastra = new Mastra({ workflows: { flow: flow.commit() }, storage: new InMemoryStore(), logger: false });
        const opened = mastra.getWorkflow('flow');
        const run = await opened.createRun();
        return Object.assign(run, { kept: () => opened.getWorkflowRunById(run.runId) });
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @mastra/core 1.71.0 (npm)'
  expect_run "$1" "$node" --no-warnings run.mjs
}
