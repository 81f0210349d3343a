/** A project that is built by somebody else at the same time: `dotnet watch`, an editor. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogEntry } from '../../../src/core/ports/logger';
import { DurascopeError } from '../../../src/core/values/errors';
import { DotnetWorker } from '../../../src/workers/rpc/dotnet/dotnet-worker';
import { StubProcess } from '../../support/stub-rpc-worker';

const held =
  "CSC : error CS2012: Cannot open '/app/obj/App.dll' for writing -- The process cannot access the file '/app/obj/App.dll' because it is being used by another process. [/app/App.csproj]";

interface Run {
  says: string;
  builds: boolean;
  /** Between its output and its end, as of a build that has more to do. */
  lingersMs?: number;
}

/** A program for Node.js in the place of `dotnet build`: what each run says, and whether an output is there after it. */
const compiler = (runs: readonly Run[]): string => `
const fs = require('node:fs');
const runs = ${JSON.stringify(runs)};
const before = fs.existsSync('runs.txt') ? fs.readFileSync('runs.txt', 'utf8').length : 0;
fs.appendFileSync('runs.txt', '.');
const { says, builds, lingersMs = 0 } = runs[Math.min(before, runs.length - 1)];
if (builds) {
  fs.mkdirSync('bin/Debug/net10.0', { recursive: true });
  const write = (name, text) => fs.writeFileSync('bin/Debug/net10.0/' + name, text);
  write('worker.config.json', '{"description":{"defaultWorkerPath":"App.dll"}}');
  for (const name of ['App.dll', 'App.runtimeconfig.json', 'functions.metadata']) write(name, '');
}
if (lingersMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lingersMs);
process.stdout.write(says + '\\n');
process.exitCode = says === '' ? 0 : 1;
`;

const project = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.Azure.Functions.Worker" Version="2.52.0" /></ItemGroup>
</Project>`;

describe('a C# app that is built while something else happens to its files', () => {
  let dir = '';
  let worker: DotnetWorker | null = null;
  let logs: LogEntry[] = [];

  beforeEach(async () => {
    logs = [];
    dir = await mkdtemp(path.join(tmpdir(), 'durascope-held-'));
    await writeFile(path.join(dir, 'host.json'), '{"version":"2.0"}');
    await writeFile(path.join(dir, 'App.csproj'), project);
  });
  afterEach(async () => {
    await worker?.stop();
    worker = null;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(runs: readonly Run[], watch = false): Promise<void> {
    await writeFile(path.join(dir, 'build'), compiler(runs));
    worker = await DotnetWorker.start({
      appDir: dir,
      clientBinding: () => '{}',
      watch,
      debounceMs: 1,
      otherBuildMs: 1,
      // It runs the file named build that stands in the folder.
      env: { DURASCOPE_DOTNET: process.execPath },
      log: (entry) => void logs.push(entry),
      launcher: (spec) => {
        const process = new StubProcess(
          spec,
          () => false,
          () => undefined,
        );
        setImmediate(() => process.hello());
        return process;
      },
    });
  }

  const runsOf = async (): Promise<number> => (await readFile(path.join(dir, 'runs.txt'), 'utf8')).length;
  const waits = (): number =>
    logs.filter(({ message }) => message === 'Another build of App.csproj is under way: it is waited for.').length;

  it('is built once they are free', async () => {
    await start([
      { says: held, builds: false },
      { says: held, builds: false },
      { says: '', builds: true },
    ]);
    assert.deepEqual([await runsOf(), waits()], [3, 1]);
    assert.equal(worker?.functions().length, 5);
    assert.deepEqual(
      logs.filter(({ level }) => level === 'error' || level === 'warning'),
      [],
    );
  });

  it('runs from what the other one has built', async () => {
    await start([{ says: held, builds: true }]);
    assert.deepEqual([await runsOf(), waits()], [1, 1]);
    assert.equal(worker?.functions().length, 5);
  });

  it('is given up after a while, and told what has them', async () => {
    await assert.rejects(start([{ says: held, builds: false }]), (error) => {
      assert.ok(DurascopeError.is(error, 'AppInvalid'));
      assert.match(error.message, /CS2012.*in use: by another build of it \(dotnet watch, an editor\)/s);
      return true;
    });
    assert.deepEqual([await runsOf(), waits()], [5, 1]);
  });

  it('is loaded once for each change, whatever is written while it is built', async () => {
    await start([{ says: '', builds: true, lingersMs: 150 }], true);
    const happened: string[] = [];
    const readied: (() => void)[] = [];
    worker?.onEvent(({ type }) => {
      happened.push(type);
      if (type === 'workerReady') readied.shift()?.();
    });
    for (const change of ['first', 'second', 'third']) {
      const ready = new Promise<void>((resolve) => readied.push(resolve));
      await writeFile(path.join(dir, 'App.cs'), `// ${change}`);
      await ready;
    }
    await worker?.stop();
    assert.deepEqual(happened.filter((type) => type === 'workerReady').length, 3);
    assert.deepEqual([await runsOf(), happened.filter((type) => type === 'workerReloading').length], [4, 3]);
  });

  it('is not built again for anything else that is wrong', async () => {
    await assert.rejects(start([{ says: "App.cs(1,1): error CS0103: The name 'x' does not exist", builds: false }]), /CS0103/);
    assert.deepEqual([await runsOf(), waits()], [1, 0]);
  });
});
