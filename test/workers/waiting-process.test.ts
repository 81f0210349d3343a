import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { build } from 'esbuild';
import { isProcessAlive } from '../../src/base/process-identity';
import { nodeArguments } from '../../src/workers/node/process/node-arguments';
import { startWaitingProcess, type WaitingProcess } from '../../src/workers/node/process/waiting-process';
import type { LaunchSpec } from '../../src/workers/supervision/launch';
import { buildChild } from '../support/build-child';
import { WorkerFixture } from './worker-fixture';

const seen = `const df = require('durable-functions');
df.app.activity('seen', { handler: (name) => ({ pid: process.pid, cwd: process.cwd(), value: process.env[name] ?? null, names: Object.keys(process.env).filter((key) => /^DURASCOPE_WORKER/.test(key)) }) });
`;
const files = { 'package.json': '{"main": "a.js"}', 'a.js': seen };

describe('a process that was started before it was known what it shall run', () => {
  const fixture = new WorkerFixture();
  const started: WaitingProcess[] = [];
  let childScript = '';

  before(async function () {
    // There are no pipes by number.
    if (process.platform === 'win32') this.skip();
    childScript = await buildChild();
  });
  afterEach(async () => {
    for (const each of started.splice(0)) each.dismiss();
    await fixture.cleanUp();
  });

  const waiting = (args = nodeArguments([], childScript)): WaitingProcess => {
    const process_ = startWaitingProcess(process.execPath, args);
    started.push(process_);
    return process_;
  };

  it('becomes that of the app, in its folder and with its environment', async () => {
    const { launcher, pid } = waiting();
    const app = await fixture.start(null, { files, launcher, env: { ONE: 'given' } });
    const one = (await app.result('seen', 'ONE')) as { pid: number; cwd: string; value: string; names: string[] };
    assert.deepEqual(one, { pid, cwd: await realpath(app.dir), value: 'given', names: [] });
    assert.equal(app.worker.pid, pid);
  });

  it('is used once: a reload starts another', async () => {
    const { launcher, pid } = waiting();
    const app = await fixture.start(null, { files, launcher });
    await app.worker.reload();
    assert.notEqual(app.worker.pid, pid);
    assert.equal(((await app.result('seen', 'ONE')) as { pid: number }).pid, app.worker.pid);
  });

  for (const [why, env, execArgv] of [
    ['a variable that Node.js reads when it begins', { NODE_EXTRA_CA_CERTS: '' }, undefined],
    ['another time zone', { TZ: 'Asia/Tokyo' }, undefined],
    ['other arguments', {}, ['--no-deprecation']],
  ] as const) {
    it(`is not used for ${why}`, async () => {
      const { launcher, pid } = waiting();
      const app = await fixture.start(null, { files, launcher, env, ...(execArgv === undefined ? {} : { execArgv }) });
      assert.notEqual(app.worker.pid, pid);
      for (const [name, value] of Object.entries(env)) {
        assert.equal(((await app.result('seen', name)) as { value: string }).value, value);
      }
    });
  }

  it('is not missed when it is gone', async () => {
    const { launcher, pid, exited } = waiting();
    process.kill(pid ?? 0, 'SIGKILL');
    await exited;
    const app = await fixture.start(null, { files, launcher });
    assert.notEqual(app.worker.pid, pid);
  });

  it('ends when nobody needs it', async () => {
    const unwanted = waiting();
    unwanted.dismiss();
    await unwanted.exited;
  });

  it('ends with the process that started it, and does not keep that from ending', async () => {
    const entry = require.resolve('../../src/workers/node/process/waiting-process');
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'cjs' });
    const script = `${outputFiles[0]?.text ?? ''}
console.log(module.exports.startWaitingProcess(process.execPath, ${JSON.stringify(nodeArguments([], childScript))}).pid);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(parent, 'exit')) as [number];
    assert.equal(code, 0);
    const pid = Number(said);
    assert(pid > 0);
    while (isProcessAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('takes its orders only once', async () => {
    const { launcher, pid } = waiting();
    const specs: LaunchSpec[] = [];
    const app = await fixture.start(null, {
      files,
      launcher: (spec) => {
        specs.push(spec);
        return launcher(spec);
      },
    });
    const [spec] = specs;
    assert(spec !== undefined);
    const second = launcher(spec);
    assert.notEqual(second.pid, pid);
    second.kill();
    await second.exited;
    assert.equal(app.worker.pid, pid);
  });
});
