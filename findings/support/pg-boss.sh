# Sourced by the scripts beside it: pg-boss with PostgreSQL inside the same program (PGlite), in a temporary folder. Nothing of Durascope takes part.
# Needs Node.js 20 or later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `boss` is started,
# `job(queue, id)` gives a job with how it stands, `settled(queue, ids)` waits until they are over, `fetched(queue)` takes what waits in a queue and
# gives its data, `later(ms)` is a promise; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/postgres-inside.sh"

play() {
  play_with pg-boss@10.4.2 'pg-boss 10.4.2' "$1" "import Boss from 'pg-boss';
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
      const fetched = async (queue) => (await boss.fetch(queue, { batchSize: 10 })).map(({ data }) => data);"
}
