/**
 * The examples of the Durable Task SDKs, each as the program that it is, against the built emulator. Those whose toolchain and packages are
 * there without a download (but for C#) run; the others are named (see sdk-toolchains.ts).
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';
import { toolchains } from '../support/sdk-toolchains';

const run = promisify(execFile);
const examples = path.join(projectRoot, 'examples', 'durable-task');

describe('the examples of the Durable Task SDKs', function () {
  this.timeout(15 * 60_000);
  const programs = new DurascopePrograms();
  let folder = '';
  let address = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-sdk-examples-'));
    const serving = await programs.start([folder, '--port', '0', '--grpc-port', '0', '--memory']);
    address = `localhost:${(serving.ready as unknown as { grpc: { port: number } }).grpc.port}`;
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const runs = async (name: string, [file, ...args]: readonly [string, ...string[]], cwd: string, shell: boolean) => {
    const running = run(file, args, { cwd, env: { ...process.env, DURASCOPE_ADDRESS: address }, shell });
    // In a terminal they stay until Enter is pressed.
    running.child.stdin?.end();
    const { stdout } = await running;
    const plain = stdout.replaceAll(/,\s+/g, ',');
    assert.match(plain, /HelloSequence \["Hello Tokyo!","Hello Seattle!","Hello London!"\]/, name);
    assert.match(plain, /ReserveTicket true/, name);
    assert.match(plain, /CityRecommender .*Tokyo.*Seattle/, name);
  };

  it('run in every language whose toolchain is here', async () => {
    // It finds its package above the example; the others must not build into the repository.
    await runs('javascript', [process.execPath, 'main.js'], path.join(examples, 'javascript'), false);
    const ran = ['javascript'];
    for (const { name, build, command, needs, isBatch } of toolchains) {
      const cwd = path.join(folder, name);
      await cp(path.join(examples, name), cwd, { recursive: true });
      const isThere = await build(cwd).then(
        () => true,
        () => false,
      );
      if (!isThere) {
        console.log(`      ${name} does not run here: it needs ${needs}`);
        continue;
      }
      await runs(name, command(cwd), cwd, isBatch);
      ran.push(name);
    }
    console.log(`      ran: ${ran.join(', ')}`);
  });
});
