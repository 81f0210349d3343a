# Sourced by the scripts beside it: pg-boss with PostgreSQL inside the same program (PGlite), in a temporary folder. Nothing of Durascope takes part.
# Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `boss` is started,
# `job(queue, id)` gives a job with how it stands, `settled(queue, ids)` waits until they are over, `fetched(queue)` takes what waits in a queue and
# gives its data, `later(ms)` is a promise; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts pg-boss@10.4.2 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >&2
  {
    echo "import { createServer } from 'node:net';
      import Boss from 'pg-boss';
      import { PGlite } from '@electric-sql/pglite';
      import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const port = await new Promise((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
          const found = server.address().port;
          server.close(() => resolve(found));
        });
      });
      await new PGLiteSocketServer({ db: await PGlite.create(), port, host: '127.0.0.1', maxConnections: 20 }).start();
      const connectionString = 'postgresql://postgres:postgres@127.0.0.1:' + port + '/postgres?sslmode=disable';
      const boss = new Boss({ connectionString, max: 3 });
      boss.on('error', (error) => console.error(error.message));
      await boss.start();
      const job = (queue, id) => boss.getJobById(queue, id);
      const settled = async (queue, ids) => {
        for (;;) {
          const jobs = await Promise.all(ids.map((id) => job(queue, id)));
          if (jobs.every(({ state }) => ['completed', 'failed', 'cancelled'].includes(state))) return jobs;
          await later(50);
        }
      };
      const fetched = async (queue) => (await boss.fetch(queue, { batchSize: 10 })).map(({ data }) => data);
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: pg-boss 10.4.2, @electric-sql/pglite 0.5.14 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
