# Sourced by the scripts beside it: Cloudflare Workflows as their local runner has them (Miniflare with workerd), in a temporary folder. Nothing of
# Durascope takes part. Needs Node.js and npm (Linux, x64); where Node.js is older than 22 a newer one comes from npm.
# A script calls `play EXPECTED FLOWS` with the body of an async function on its standard input: FLOWS is the inside of an object of async functions
# (event, step), with `NonRetryableError` and `calls` in reach; `create(id, name, input)`, `status(id)`, `ended(id)` and `calls()` are there, and what
# the body returns is printed and must be EXPECTED.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent miniflare@4.20260730.0 >&2
  need_node "Number(process.versions.node.split('.')[0]) >= 22"
  cat > worker.js <<WORKER
import { WorkflowEntrypoint } from 'cloudflare:workers';
import { NonRetryableError } from 'cloudflare:workflows';
const calls = [];
const flows = { $2 };
export class Flow extends WorkflowEntrypoint {
  run(event, step) {
    return flows[event.payload.name](event.payload.input, step);
  }
}
export default {
  async fetch(request, { FLOW }) {
    const { ask, id, params } = await request.json();
    const answer = {
      calls: async () => calls,
      create: async () => (await FLOW.create({ id, params })).id,
      status: async () => (await FLOW.get(id)).status(),
    }[ask];
    return Response.json(await answer().then((value) => ({ value }), ({ message }) => ({ refused: message })));
  },
};
WORKER
  {
    echo "import { readFileSync } from 'node:fs';
      import { Miniflare } from 'miniflare';
      const script = readFileSync('worker.js', 'utf8');
      const workflows = { FLOW: { name: 'flow', className: 'Flow' } };
      const runner = new Miniflare({ modules: true, script, compatibilityDate: '2026-01-01', workflows });
      const asked = async (body) => {
        const answer = await runner.dispatchFetch('http://flow/', { method: 'POST', body: JSON.stringify(body) });
        return answer.json();
      };
      const create = (id, name, input = null) => asked({ ask: 'create', id, params: { name, input } });
      const status = async (id) => (await asked({ ask: 'status', id })).value;
      const calls = async () => (await asked({ ask: 'calls' })).value;
      const ended = async (id) => {
        for (;;) {
          const { status: is, output, error } = await status(id);
          if (is === 'complete' || is === 'errored') return error == null ? { is, output } : { is, error };
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      const scenario = async () => {"
    cat
    echo "};
      const seen = await scenario();
      await runner.dispose();
      process.stdout.write(JSON.stringify(seen), () => process.exit(0));"
  } > run.mjs
  echo 'versions: miniflare 4.20260730.0 (npm)'
  local seen
  seen="$(timeout 120 "$node" --no-warnings run.mjs 2> errors.txt)" || { tail -5 errors.txt; exit 1; }
  expect_seen "$1" "$seen"
}
