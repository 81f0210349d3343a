/**
 * The examples of the Durable Task SDKs, each as the program that it is, against the built emulator. Those whose toolchain and packages are
 * there without a download (but for C#) run; the others are named. DURASCOPE_PYTHON: the Python that has the package `durabletask`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

const run = promisify(execFile);
const examples = path.join(projectRoot, 'examples', 'durable-task');

interface Language {
  name: string;
  /** Fails where the toolchain or a package is missing; no network. */
  check: (folder: string) => Promise<unknown>;
  command: readonly [string, ...string[]];
  needs: string;
}

const python = process.env['DURASCOPE_PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3');
const maven = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
const offline = { GOFLAGS: '-mod=mod', GOPROXY: 'off' };

const languages: readonly Language[] = [
  {
    name: 'javascript',
    check: () => Promise.resolve(),
    command: [process.execPath, 'main.js'],
    needs: 'Node.js',
  },
  {
    name: 'python',
    check: () => run(python, ['-c', 'import durabletask']),
    command: [python, 'main.py'],
    needs: "Python with the package durabletask ('pip install durabletask')",
  },
  {
    name: 'java',
    check: (folder) => run(maven, ['-o', '-q', '-B', 'compile'], { cwd: folder, shell: process.platform === 'win32' }),
    command: [maven, '-o', '-q', '-B', 'exec:java'],
    needs: "Maven with the example's packages ('mvn compile exec:java' once in its folder)",
  },
  {
    name: 'go',
    check: (folder) =>
      run('go', ['build', '-o', path.join(folder, 'example.out'), '.'], { cwd: folder, env: { ...process.env, ...offline } }),
    command: ['go', 'run', '.'],
    needs: "Go with the example's modules ('go build' once in its folder)",
  },
  {
    name: 'csharp',
    // NuGet has no way to say "no network": packages that are not there are fetched.
    check: (folder) => run('dotnet', ['build', '--nologo', '-v', 'q', '-p:RestoreIgnoreFailedSources=true'], { cwd: folder }),
    command: ['dotnet', 'run', '--no-build'],
    needs: 'the .NET SDK 8 or newer, and its packages',
  },
];

describe('the examples of the Durable Task SDKs', function () {
  this.timeout(180_000);
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

  it('run in every language whose toolchain is here', async () => {
    const ran: string[] = [];
    for (const { name, check, command, needs } of languages) {
      const source = path.join(examples, name);
      // JavaScript finds its package above the example; the others must not build into the repository.
      const cwd = name === 'javascript' ? source : path.join(folder, name);
      if (cwd !== source) await cp(source, cwd, { recursive: true });
      const isThere = await check(cwd).then(
        () => true,
        () => false,
      );
      if (!isThere) {
        console.log(`      ${name} does not run here: it needs ${needs}`);
        continue;
      }
      const [file, ...args] = command;
      const { stdout } = await run(file, args, {
        cwd,
        env: { ...process.env, ...offline, DURASCOPE_ADDRESS: address },
        shell: process.platform === 'win32' && file === maven,
      });
      const plain = stdout.replaceAll(/,\s+/g, ',');
      assert.match(plain, /HelloSequence \["Hello Tokyo!","Hello Seattle!","Hello London!"\]/, name);
      assert.match(plain, /ReserveTicket true/, name);
      assert.match(plain, /CityRecommender .*Tokyo.*Seattle/, name);
      ran.push(name);
    }
    console.log(`      ran: ${ran.join(', ')}`);
    assert.ok(ran.includes('javascript'));
  });
});
