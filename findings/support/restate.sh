# Sourced by the scripts beside it: Restate's server and its SDK for JavaScript on this machine, in a temporary folder. Nothing of Durascope takes
# part. Needs npm (Linux, x64: the server is a program inside its npm package); where Node.js is older than 22 a newer one comes from npm.
# A script calls `play EXPECTED SERVICE` with the handlers of one service and, on its standard input, the body of an async function: `client` calls
# the service, `send` only sends, `cancel(id)` cancels an invocation, `log` is a list, and what it returns is printed and must be EXPECTED. With the
# handlers of a virtual object as a third argument `of(key)` calls that object; `restate` is the SDK.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"

play() {
  cd "$work"
  npm install --no-audit --no-fund --silent --ignore-scripts @restatedev/restate-server@1.7.12 @restatedev/restate-sdk@1.17.2 @restatedev/restate-sdk-clients@1.17.2 >&2
  need_node "process.versions.node.split('.')[0] >= 22"
  {
    echo "import { spawn } from 'node:child_process';
      import { createServer as createHttp2Server } from 'node:http2';
      import { createServer } from 'node:net';
      import * as restate from '@restatedev/restate-sdk';
      import { connect } from '@restatedev/restate-sdk-clients';
      const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const open = (server, port) => new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server.address().port)));
      const freePort = async () => {
        const server = createServer();
        const port = await open(server, 0);
        await new Promise((resolve) => server.close(resolve));
        return port;
      };
      const log = [];
      const service = restate.service({ name: 'service', handlers: {"
    echo "$2"
    echo "} });
      const object = restate.object({ name: 'object', handlers: {"
    echo "${3:-}"
    echo "} });
      const app = await open(createHttp2Server(restate.createEndpointHandler({ services: [service, object], logger: () => {} })), 0);
      const [ingress, admin, inner] = [await freePort(), await freePort(), await freePort()];
      const server = spawn('node_modules/@restatedev/restate-server-linux-x64/bin/restate-server', ['--base-dir', 'data', '--no-logo', '--listen-mode', 'tcp'], {
        stdio: 'ignore',
        env: {
          ...process.env,
          RESTATE_INGRESS__BIND_ADDRESS: '127.0.0.1:' + ingress,
          RESTATE_ADMIN__BIND_ADDRESS: '127.0.0.1:' + admin,
          RESTATE_BIND_ADDRESS: '127.0.0.1:' + inner,
          RESTATE_DISABLE_TELEMETRY: 'true',
          RESTATE_DEFAULT_NUM_PARTITIONS: '1',
        },
      });
      const cancel = async (id) => (await fetch('http://127.0.0.1:' + admin + '/invocations/' + id + '/cancel', { method: 'PATCH' })).status;
      const register = async () => {
        const body = JSON.stringify({ uri: 'http://127.0.0.1:' + app });
        const headers = { 'content-type': 'application/json' };
        return (await fetch('http://127.0.0.1:' + admin + '/deployments', { method: 'POST', headers, body })).ok;
      };
      for (let i = 0; i < 300 && !(await register().catch(() => false)); i++) await later(200);
      const url = 'http://127.0.0.1:' + ingress;
      const [client, send] = [connect({ url }).serviceClient(service), connect({ url }).serviceSendClient(service)];
      const of = (key) => connect({ url }).objectClient(object, key);
      const scenario = async () => {"
    cat
    echo "};
      const seen = await scenario().catch((error) => error.message);
      server.once('exit', () => process.stdout.write(JSON.stringify(seen), () => process.exit(0)));
      server.kill();"
  } > run.mjs
  echo 'versions: @restatedev/restate-server 1.7.12, @restatedev/restate-sdk 1.17.2 (npm)'
  expect_run "$1" "$node" --no-warnings run.mjs
}
