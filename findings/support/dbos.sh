# Sourced by the scripts beside it: DBOS for JavaScript with PostgreSQL inside the same program (PGlite), in a temporary folder. Nothing of Durascope
# takes part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED WORKFLOWS` with declarations of workflows and, on its standard input,
# the body of an async function: `workflow(name, code)` registers one, `step(name, code)` runs a step, `begin(workflow, id, options)` starts one and
# `ended(id)` is its result or its error's class, with its status; `log` is a list, and what the body returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts --legacy-peer-deps @dbos-inc/dbos-sdk@5.3.0 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >&2
  {
    echo "import { createServer } from 'node:net';
      import { DBOS } from '@dbos-inc/dbos-sdk';
      import { PGlite } from '@electric-sql/pglite';
      import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
      const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const port = await new Promise((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
          const found = server.address().port;
          server.close(() => resolve(found));
        });
      });
      await new PGLiteSocketServer({ db: await PGlite.create(), port, host: '127.0.0.1', maxConnections: 50 }).start();
      const log = [];
      const workflow = (name, code) => DBOS.registerWorkflow(code, { name });
      const step = (name, code) => DBOS.runStep(code, { name });
      const begin = (code, workflowID, options) => DBOS.startWorkflow(code, { workflowID, ...options })();
      const ended = async (id) => {
        const result = await DBOS.retrieveWorkflow(id).getResult().catch((error) => error.constructor.name);
        return [result, (await DBOS.getWorkflowStatus(id)).status];
      };
      const until = async (isSo) => {
        while (!isSo()) await later(20);
      };"
    echo "$2"
    echo "const systemDatabaseUrl = 'postgresql://postgres:postgres@127.0.0.1:' + port + '/postgres?sslmode=disable';
      DBOS.setConfig({ name: 'finding', systemDatabaseUrl, systemDatabasePoolSize: 5, logLevel: 'error', runAdminServer: false });
      await DBOS.launch();
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @dbos-inc/dbos-sdk 5.3.0, @electric-sql/pglite 0.5.14 (npm)'
  expect_run "$1" "$node" --no-warnings run.mjs
}
