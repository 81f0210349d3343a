# Sourced by the scripts beside it: Durably on a SQLite file of its own, in a temporary folder. Nothing of Durascope takes part. Needs Node.js 20 or
# later and npm. A script calls `play EXPECTED` with the body of an async function on its standard input: `job(run)` makes a job of it and
# `open(job)` a worker on the file, `later(ms)` is a promise; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @coji/durably@0.15.0 kysely@0.27.6 zod@4.6.7 @libsql/client@0.18.0 @libsql/kysely-libsql@0.4.1 >&2
  {
    echo "import { createDurably, defineJob } from '@coji/durably';
      import { LibsqlDialect } from '@libsql/kysely-libsql';
      import { createClient } from '@libsql/client';
      import { z } from 'zod';
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const job = (run) => defineJob({ name: 'job', input: z.object({}), output: z.any(), run });
      const open = async (job) => {
        const dialect = new LibsqlDialect({ client: createClient({ url: 'file:runs.db' }) });
        const durably = createDurably({ dialect, pollingIntervalMs: 20, leaseMs: 1_000, leaseRenewIntervalMs: 100_000, jobs: { job } });
        await durably.init();
        return durably;
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: @coji/durably 0.15.0, kysely 0.27.6, @libsql/client 0.18.0 (npm)'
  expect_run "$1" node --no-warnings run.mjs
}
