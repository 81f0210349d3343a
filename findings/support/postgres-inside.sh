# Sourced by the scripts beside it: PostgreSQL inside a program of Node.js (PGlite), in a temporary folder. Nothing of Durascope takes part. Needs
# Node.js 20 or later and npm. `play_with PACKAGES VERSIONS EXPECTED PRELUDE` runs a program with the body of an async function on standard input:
# `connectionString` leads to the database, `later(ms)` is a promise, PRELUDE (a module's code) is run first; what the body returns must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play_with() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts "$1" @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >&2
  {
    echo "import { createServer } from 'node:net';
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
      $4
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo "versions: $2, @electric-sql/pglite 0.5.14 (npm)"
  expect_run "$3" node --no-warnings run.mjs
}
