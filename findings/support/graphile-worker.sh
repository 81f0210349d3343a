# Sourced by the scripts beside it: Graphile Worker with PostgreSQL inside the same program (PGlite), in a temporary folder. Nothing of Durascope takes
# part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED TASKS` with the inside of an object of tasks and, on its standard input, the
# body of an async function: `add` is addJob, `jobs()` gives what the table has of all jobs, `begin()` starts the worker, `until(isSo)` waits, `log` is
# a list; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts graphile-worker@0.17.3 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >&2
  {
    echo "import { createServer } from 'node:net';
      import { PGlite } from '@electric-sql/pglite';
      import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
      import { Logger, makeWorkerUtils, run } from 'graphile-worker';
      import pg from 'pg';
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const port = await new Promise((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
          const found = server.address().port;
          server.close(() => resolve(found));
        });
      });
      await new PGLiteSocketServer({ db: await PGlite.create(), port, host: '127.0.0.1', maxConnections: 20 }).start();
      const pgPool = new pg.Pool({ connectionString: 'postgresql://postgres:postgres@127.0.0.1:' + port + '/postgres?sslmode=disable', max: 5 });
      pgPool.on('error', () => {});
      pgPool.on('connect', (client) => client.on('error', () => {}));
      const options = { pgPool, logger: new Logger(() => () => {}), noPreparedStatements: true };
      const log = [];
      const taskList = { $2 };
      const utils = await makeWorkerUtils(options);
      await utils.migrate();
      const add = (...job) => utils.addJob(...job);
      const begin = () => run({ ...options, taskList, concurrency: 4, pollInterval: 100, noHandleSignals: true });
      const jobs = async () => (await pgPool.query('select task_identifier, attempts, max_attempts, last_error, key from graphile_worker.jobs order by id')).rows;
      const until = async (isSo) => {
        while (!(await isSo())) await later(50);
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: graphile-worker 0.17.3, @electric-sql/pglite 0.5.14 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
