/**
 * Runs of a C# app become tests of xunit, which hold, and fail with what is recorded and what the code asks for instead once it goes another way.
 * Skipped by name where there is no .NET SDK or no packages.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { builtApp } from '../support/built-dotnet-app';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const run = promisify(execFile);

interface Saved {
  testFile: string;
  recording: string;
  framework: string;
  missing: string | null;
}

describe('save-test of a C# app', function () {
  this.timeout(15 * 60_000);
  let folder = '';
  let app = '';
  let programs: DurascopePrograms;
  let serving: Serving;

  before(async function () {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-save-test-csharp-'));
    app = path.join(folder, 'app');
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
    const built = await builtApp('save-test of a C# app', path.join(projectRoot, 'examples', 'patterns-csharp'));
    if (built === null) return this.skip();
    await cp(built, app, { recursive: true, preserveTimestamps: true });
    serving = await programs.start([app, '--memory', '--no-grpc', '--clock', 'auto']);
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const dotnet = (command: string, ...args: string[]) =>
    run('dotnet', [command, ...args, '-nologo', '-v', 'quiet', '-nodeReuse:false'], {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, DOTNET_CLI_UI_LANGUAGE: 'en' },
    });
  const durascope = (...args: string[]) => programs.run([...args, '--url', serving.ready.url]);
  const started = async (name: string, id: string, input?: unknown): Promise<void> => {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    const { code, stdout, stderr } = await commandInProcess(
      ['start-instance', name, '--id', id, ...given, '--wait', '--json'],
      serving.ready,
    );
    assert.ok(code === 0 || code === 1, stdout + stderr);
  };
  const saved = async (id: string, ...args: string[]): Promise<Saved> => {
    const { code, stdout, stderr } = await durascope('save-test', id, '--json', ...args);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Saved;
  };
  const project = (): string => path.join(folder, 'patterns.Tests');
  /** Of each test by its title: passed, or what it says. */
  const tested = async (): Promise<string> => {
    const { stdout } = await dotnet('test', project(), '--logger', 'console;verbosity=normal').catch(
      (error: unknown) => error as { stdout: string },
    );
    return stdout;
  };

  it('writes a project beside the app, and one test for each run', async () => {
    await started('ApprovalWorkflow', 'it\'s "one"', { timeoutSeconds: 60 });
    const first = await saved('it\'s "one"');
    assert.equal(first.framework, 'xunit');
    assert.equal(first.testFile, path.join(project(), 'RecordedRun_it_s_one_.cs'));
    assert.match(first.missing ?? '', /It is in a new project: dotnet test .*patterns\.Tests\.csproj/);
    const runs: [string, unknown?][] = [
      ['GetCourseRecommendations', 2],
      ['ProvisionDevices', ['a', 'b']],
      ['ProvisionDevice', 'a'],
      ['CallFlakyService', 9],
      ['TransferFunds'],
      ['SendReminders', { times: 2, milliseconds: 20 }],
      ['TryGetQuote', { quoteMilliseconds: 0, timeoutMilliseconds: 60_000 }],
      ['BackupSiteContent', 5],
      ['CountUp', { key: 'c', amount: 5 }],
      ['Transfer', { from: 'x', to: 'y', amount: 300 }],
      ['CheckSite'],
    ];
    for (const [name, input] of runs) {
      await started(name, `of-${name}`, input);
      const { missing } = await saved(`of-${name}`);
      assert.equal(missing, null);
    }
    const stdout = await tested();
    for (const [name] of runs) assert.match(stdout, new RegExp(`Passed ${name} still goes the way of 'of-${name}'`), stdout);
    assert.match(stdout, /Passed ApprovalWorkflow still goes the way of 'it's "one"'/);
  });

  it('goes into the test project that the app has, and never over what is there', async () => {
    const again = await durascope('save-test', 'of-CheckSite');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /There is a test of this run already: .*--force/);
    await mkdir(path.join(folder, 'tests'));
    const kept = path.join(folder, 'app', 'bin', 'kept');
    await rename(project(), kept);
    await cp(kept, path.join(folder, 'tests', 'Checks'), { recursive: true, filter: (each) => !/[\\/](bin|obj)$/.test(each) });
    const file = path.join(folder, 'tests', 'Checks', 'patterns.Tests.csproj');
    await writeFile(file, (await readFile(file, 'utf8')).replace('../app/', '..\\..\\app\\'));
    await writeFile(path.join(folder, 'all.slnx'), '<Solution />');
    const helper = path.join(folder, 'tests', 'Checks', 'RecordedRun.cs');
    await writeFile(helper, '// mine');
    const { testFile, missing } = await saved('of-CheckSite', '--force');
    assert.deepEqual([path.dirname(testFile), missing], [path.dirname(helper), null]);
    assert.equal(await readFile(helper, 'utf8'), '// mine');
    await rm(path.join(folder, 'tests'), { recursive: true });
    await rm(path.join(folder, 'all.slnx'));
    await rename(kept, project());
  });

  it('refuses what it cannot do, and says what to do next', async () => {
    const mocha = await durascope('save-test', 'of-CheckSite', '--framework', 'mocha');
    assert.match(mocha.stderr, /A test of an app in C# is one of xunit, not of mocha/);
    const inside = await durascope('save-test', 'of-CheckSite', '--folder', path.join(app, 'tests'));
    assert.match(inside.stderr, /is inside of the app, whose project would compile the test too.*--folder/);
    const other = path.join(folder, 'other');
    await mkdir(other);
    await writeFile(path.join(other, 'other.csproj'), '<Project Sdk="Microsoft.NET.Sdk" />');
    const foreign = await durascope('save-test', 'of-CheckSite', '--folder', other);
    assert.match(foreign.stderr, /holds other\.csproj, which is no C# project that refers to xunit and to patterns\.csproj/);
  });

  it('fails once the code goes another way, and says where and why', async () => {
    const changed: [file: string, from: string, to: string][] = [
      ['HumanInteraction.cs', '"Escalate", asked', '"ProcessApproval", asked'],
      ['SubOrchestrations.cs', '("RegisterDevice"', '("EnrolDevice"'],
      ['Timers.cs', 'sent.Add(await', 'await context.CallActivityAsync<int>("GetQuote", 1); sent.Add(await'],
      [
        'Retries.cs',
        'return "refunded";',
        'await context.CallActivityAsync("DebitAccount", new Entry(from, 0)); return "refunded";',
      ],
      ['Retries.cs', '[Function("CallFlakyService")]', '[Function("CallSteadyService")]'],
    ];
    // It would build the app at the same time.
    await programs.endAll();
    for (const [file, from, to] of changed) {
      const text = await readFile(path.join(app, file), 'utf8');
      assert.ok(text.includes(from), `${file} has ${from}`);
      await writeFile(path.join(app, file), text.replace(from, to));
    }
    const stdout = await tested();
    const parted = (id: string, row: number, recorded: string, now: string, cause: string): RegExp =>
      new RegExp(
        `'${id}' no longer goes the way that .*\\.json recorded\\.\\s+row +${row}\\s+recorded +${recorded}\\s+now +${now}\\s+cause +${cause}`,
      );
    const another = 'Renamed call, or one was added before it';
    assert.match(stdout, parted(`it's "one"`, 11, 'activity Escalate #2', 'activity ProcessApproval #2', another));
    assert.match(stdout, parted('of-ProvisionDevice', 3, 'activity RegisterDevice #0', 'activity EnrolDevice #0', another));
    assert.match(stdout, parted('of-SendReminders', 7, 'activity SendReminder #1', 'activity GetQuote #1', another));
    assert.match(
      stdout,
      parted('of-TransferFunds', 15, 'the end of the orchestration', 'activity DebitAccount #3', 'Added call'),
    );
    assert.match(
      stdout,
      /patterns has no orchestrator 'CallFlakyService' any more: it has .*CallSteadyService.*Was it renamed\?/,
    );
    assert.match(stdout, /Passed CheckSite still goes the way of 'of-CheckSite'/);
  });
});
