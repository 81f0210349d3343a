# Sourced by the scripts beside it: Graphile Worker with PostgreSQL inside the same program (PGlite), in a temporary folder. Nothing of Durascope takes
# part. Needs Node.js 20 or later and npm. A script calls `play EXPECTED TASKS` with the inside of an object of tasks and, on its standard input, the
# body of an async function: `add` is addJob, `jobs()` gives what the table has of all jobs, `begin()` starts the worker, `until(isSo)` waits, `log` is
# a list; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/postgres-inside.sh"

play() {
  play_with graphile-worker@0.17.3 'graphile-worker 0.17.3' "$1" "import { Logger, makeWorkerUtils, run } from 'graphile-worker';
      import pg from 'pg';
      const pgPool = new pg.Pool({ connectionString, max: 5 });
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
      };"
}
