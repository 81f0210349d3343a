/** Where the builds of a .NET app are found, and when they are out of date (spec/functionrpc-workers.md 1). */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  assertRunnable,
  frameworkToBuild,
  missingPackages,
  readCompilerMessages,
} from '../../../src/workers/rpc/dotnet/dotnet-build';
import { type DotnetProject, findDotnetProject, findOutputs, findSources } from '../../../src/workers/rpc/dotnet/dotnet-project';
import { factsOf, type ProjectFacts, readFacts } from '../../../src/workers/rpc/dotnet/project-facts';
import { projectText } from '../../../src/workers/rpc/dotnet/project-references';
import { RunningEmulator } from './dotnet-app';

const packages = `
  <ItemGroup>
    <PackageReference Include="Microsoft.Azure.Functions.Worker" Version="2.52.0" />
    <PackageReference Include="Microsoft.Azure.Functions.Worker.Sdk" Version="2.1.0" />
    <PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.DurableTask" Version="1.21.1" />
  </ItemGroup>
  <ItemGroup><None Update="host.json" CopyToOutputDirectory="PreserveNewest" /></ItemGroup>`;

const project = (properties: string, items = ''): string => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><AzureFunctionsVersion>v4</AzureFunctionsVersion><OutputType>Exe</OutputType>${properties}</PropertyGroup>
  ${items}${packages}
</Project>`;

const fsharp = `module FSharpApp

open System.Threading.Tasks
open Microsoft.Azure.Functions.Worker
open Microsoft.DurableTask
open Microsoft.Extensions.Hosting

[<Function("Greet")>]
let greet ([<ActivityTrigger>] name: string) = $"Hello {name}!"

[<Function("GreetAll")>]
let greetAll ([<OrchestrationTrigger>] context: TaskOrchestrationContext) : Task<string> =
    task {
        let! first = context.CallActivityAsync<string>(TaskName "Greet", "Tokyo")
        let! second = context.CallActivityAsync<string>(TaskName "Greet", "London")
        return $"{first} {second}"
    }

// For C# a generator writes this.
let addDurableTask (worker: IFunctionsWorkerApplicationBuilder) = worker.ConfigureDurableExtension() |> ignore

HostBuilder().ConfigureFunctionsWorkerDefaults(addDurableTask).Build().Run()
`;

const visualBasic = `Imports Microsoft.Azure.Functions.Worker
Imports Microsoft.DurableTask
Imports Microsoft.Extensions.Hosting

Public Module Program
    Public Sub Main()
        Dim builder As New HostBuilder()
        ' For C# a generator writes this.
        builder.ConfigureFunctionsWorkerDefaults(AddressOf AddDurableTask).Build().Run()
    End Sub

    Sub AddDurableTask(worker As IFunctionsWorkerApplicationBuilder)
        worker.ConfigureDurableExtension()
    End Sub
End Module

Public Class Functions
    <[Function]("Greet")>
    Public Function Greet(<ActivityTrigger> name As String) As String
        Return $"Hello {name}!"
    End Function

    <[Function]("GreetAll")>
    Public Async Function GreetAll(<OrchestrationTrigger> context As TaskOrchestrationContext) As Task(Of String)
        Dim first = Await context.CallActivityAsync(Of String)(New TaskName("Greet"), "Tokyo")
        Dim second = Await context.CallActivityAsync(Of String)(New TaskName("Greet"), "London")
        Return $"{first} {second}"
    End Function
End Class
`;

describe('the project of a .NET app', function () {
  this.timeout(15 * 60_000);
  let root: string;
  /** What is so many seconds old is that at the beginning of the test. */
  let now: number;
  const at = (...names: string[]): string => path.join(root, ...names);
  const write = async (file: string, text: string, secondsAgo = 0): Promise<void> => {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), text);
    const time = new Date(secondsAgo === 0 ? Date.now() : now - secondsAgo * 1000);
    await utimes(at(file), time, time);
  };
  /** A finished build. */
  const build = async (folder: string, assembly: string, secondsAgo: number): Promise<void> => {
    const config = { description: { defaultWorkerPath: assembly } };
    await write(`${folder}/worker.config.json`, JSON.stringify(config), secondsAgo);
    for (const name of [assembly, 'functions.metadata']) await write(`${folder}/${name}`, '', secondsAgo);
  };
  const found = async (name: string): Promise<DotnetProject & { file: string }> => {
    const one = await findDotnetProject(at(name));
    assert.ok(one !== null && one.file !== null);
    return { ...one, file: one.file };
  };
  const outputs = async (name: string, facts: ProjectFacts): Promise<string[]> =>
    (await findOutputs(at(name), facts)).map(({ dir }) => path.relative(root, dir).replaceAll('\\', '/'));
  /** A `dotnet` that is not there: what is plain needs none. */
  const none = { dotnetPath: '/nowhere/dotnet', env: {} };
  const plain = (dir: string): ProjectFacts => ({
    frameworks: [],
    outputRoots: [at(dir, 'bin')],
    written: [],
    assemblyName: null,
  });
  const told = (properties: Record<string, string>): string => JSON.stringify({ Properties: properties });

  beforeEach(async () => {
    now = Date.now();
    root = await mkdtemp(path.join(tmpdir(), 'durascope-projects-'));
    await mkdir(at('.git'));
  });
  afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

  it('has its builds below bin, the newest first, Release beside Debug, with blanks in its name', async () => {
    await write('My App/My App.csproj', project('<TargetFramework>net10.0</TargetFramework>'));
    await build('My App/bin/Debug/net10.0', 'My App.dll', 50);
    await build('My App/bin/Release/net10.0', 'My App.dll', 20);
    await build('My App/bin/Release/net10.0/publish', 'My App.dll', 1);
    const facts = await readFacts(await found('My App'), none);
    assert.deepEqual(await outputs('My App', facts), ['My App/bin/Release/net10.0', 'My App/bin/Debug/net10.0']);
  });

  it('is built for the newest .NET of several', () => {
    assert.equal(frameworkToBuild(['net8.0', 'net10.0', 'net9.0']), 'net10.0');
    assert.equal(frameworkToBuild(['net48', 'netstandard2.0', 'net8.0-windows']), 'net8.0-windows');
    assert.equal(frameworkToBuild(['net48']), 'net48');
    assert.equal(frameworkToBuild([]), null);
  });

  it('is what MSBuild makes of it where its folders say more than its text', () => {
    const dir = at('src', 'App');
    const artifacts = told({
      TargetFramework: 'net10.0',
      TargetFrameworks: '',
      BaseOutputPath: `${at('artifacts/bin/App')}/`,
      OutputPath: `${at('artifacts/bin/App/debug')}/`,
      OutDir: `${at('artifacts/bin/App/debug')}/`,
      BaseIntermediateOutputPath: `${at('artifacts/obj/App')}/`,
      AssemblyName: 'App',
      Configuration: 'Debug',
    });
    const one = factsOf(artifacts, dir, plain('src/App'));
    assert.deepEqual(one.outputRoots, [at('artifacts/bin/App')]);
    assert.ok(one.written.includes(at('artifacts/obj/App')));
    const custom = told({
      TargetFrameworks: 'net8.0; net10.0',
      BaseOutputPath: 'bin\\',
      OutputPath: '..\\..\\out\\Debug\\',
      OutDir: '..\\..\\out\\Debug\\',
      BaseIntermediateOutputPath: 'obj\\',
      AssemblyName: 'Named.Otherwise',
      Configuration: 'Debug',
    });
    const two = factsOf(custom, dir, plain('src/App'));
    assert.deepEqual(two.frameworks, ['net8.0', 'net10.0']);
    assert.deepEqual([...two.outputRoots].sort(), [at('out'), at('src/App/bin')].sort());
  });

  it('has builds of its own name only where several projects share a folder', async () => {
    await build('out/Debug', 'App.dll', 30);
    await build('out/Release', 'App.exe', 20);
    await build('out/Other', 'Other.dll', 10);
    const facts = { ...plain('src'), outputRoots: [at('out')], assemblyName: 'App' };
    assert.deepEqual(await outputs('src', facts), ['out/Release', 'out/Debug']);
  });

  it('is as new as the newest of its sources, of projects that it refers to, and of what its builds take from above', async () => {
    const reference = `<ItemGroup><ProjectReference Include='$(MSBuildThisFileDirectory)..\\Lib\\Lib.csproj' /></ItemGroup>`;
    await write('App/App.csproj', project('<TargetFramework>net10.0</TargetFramework>', reference), 100);
    await write('App/Program.cs', '', 90);
    await write('App/bin/Debug/app.json', '', 1);
    await write('App/out/obj/generated.cs', '', 1);
    await write('Lib/Lib.csproj', '<Project />', 100);
    const changed = async (): Promise<number> => {
      const { changedAt, folders } = await findSources(at('App/App.csproj'), [at('App/out')]);
      assert.deepEqual([...folders].sort(), [at('App'), at('Lib')]);
      return Math.round((now - changedAt) / 1000);
    };
    assert.equal(await changed(), 90);
    await write('Lib/Thing.cs', '', 60);
    assert.equal(await changed(), 60);
    await write('Directory.Build.props', '<Project />', 30);
    assert.equal(await changed(), 30);
  });

  it('says what a compiler has against it, with its place, each once', () => {
    const output = [
      "/a b/App/Order.fs(3,5): error FS0039: The value or constructor 'x' is not defined. [/a b/App/App.fsproj]",
      "/a b/App/Order.fs(3,5): error FS0039: The value or constructor 'x' is not defined. [/a b/App/App.fsproj]",
      "C:\\App\\Order.vb(7,1,7,9): error BC30451: 'y' is not declared. [C:\\App\\App.vbproj]",
      "/App/Flow.cs(12,20): warning DURABLE0001: The method 'Run' uses 'System.DateTime.Now' [/App/App.csproj::TargetFramework=net10.0]",
      '/App/App.csproj : error NU1101: Unable to find package Nope.',
      'MSBUILD : error MSB1003: Specify a project or solution file.',
      'Build FAILED.',
    ].join('\r\n');
    assert.deepEqual(
      readCompilerMessages(output).map(({ severity, code, file, line, column }) => [severity, code, file, line, column]),
      [
        ['error', 'FS0039', '/a b/App/Order.fs', 3, 5],
        ['error', 'BC30451', 'C:\\App\\Order.vb', 7, 1],
        ['warning', 'DURABLE0001', '/App/Flow.cs', 12, 20],
        ['error', 'NU1101', '/App/App.csproj', null, null],
        ['error', 'MSB1003', null, null, null],
      ],
    );
  });

  it('that misses the types of a package is told which to add', () => {
    const cs = (message: string): string => missingPackages(readCompilerMessages(`/App/Flow.cs(2,17): error CS0246: ${message}`));
    assert.match(
      cs("The type or namespace name 'OrchestrationTrigger' could not be found"),
      /Durable Functions .*Extensions\.DurableTask\.$/,
    );
    assert.match(cs("The type or namespace name 'DurableTask' does not exist in the namespace 'Microsoft'"), /Durable Functions/);
    assert.match(
      cs(
        "The type or namespace name 'Azure' does not exist in the namespace 'Microsoft' (are you missing an assembly reference?)",
      ),
      /dotnet add package Microsoft\.Azure\.Functions\.Worker, .*Worker\.Sdk, /,
    );
    assert.equal(cs("The type or namespace name 'Order' could not be found"), '');
  });

  it('for what does not run here is told so, before it is built', () => {
    assert.throws(
      () => assertRunnable('/App/App.csproj', ['netstandard2.0']),
      /App\.csproj is built for netstandard2\.0.*<TargetFramework>net10\.0</,
    );
    assert.throws(() => assertRunnable('/App/App.csproj', ['net48'], 'linux'), /net48/);
    assertRunnable('/App/App.csproj', ['net48'], 'win32');
    for (const frameworks of [[], ['net8.0'], ['netstandard2.0', 'net10.0'], ['$(Frameworks)'], ['net8.0-windows']]) {
      assertRunnable('/App/App.csproj', frameworks, 'linux');
    }
  });

  it('is found by what makes it a function app, wherever its packages stand', async () => {
    await write(
      'App/App.csproj',
      '<Project><PropertyGroup><AzureFunctionsVersion>v4</AzureFunctionsVersion></PropertyGroup></Project>',
    );
    assert.equal((await findDotnetProject(at('App')))?.file, at('App/App.csproj'));
    await write(
      'Old/Old.csproj',
      '<Project><AzureFunctionsVersion>v4</AzureFunctionsVersion>Microsoft.NET.Sdk.Functions</Project>',
    );
    await assert.rejects(findDotnetProject(at('Old')), /in-process model/);
    await write('Lib/Lib.csproj', '<Project />');
    assert.equal(await findDotnetProject(at('Lib')), null);
    // `func extensions install` has written it into an app in JavaScript.
    await write(
      'JavaScript/extensions.csproj',
      '<Project><AzureFunctionsVersion>v3</AzureFunctionsVersion>Microsoft.Azure.WebJobs.Extensions.DurableTask</Project>',
    );
    assert.equal(await findDotnetProject(at('JavaScript')), null);
  });

  it('is found where all that makes it an app stands in files that several projects share', async () => {
    const worker = '<PackageReference Include="Microsoft.Azure.Functions.Worker" />';
    const durable = '<PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.DurableTask" />';
    const reference = '<ItemGroup><ProjectReference Include="../../libs/Flow/Flow.csproj" /></ItemGroup>';
    await write('apps/Shop/Shop.csproj', `<Project Sdk="Microsoft.NET.Sdk">${reference}</Project>`, 50);
    await write('libs/Flow/Flow.csproj', `<Project><ItemGroup>${durable}</ItemGroup></Project>`, 50);
    await write('apps/Tests/Tests.csproj', '<Project />', 50);
    const shop = async (): Promise<string | null | undefined> => (await findDotnetProject(at('apps/Shop')))?.file;
    await write('apps/Shop/host.json', '{}', 50);
    // Versions that are set for all refer to nothing, nor does what is commented out.
    await write('Directory.Packages.props', `<Project>${worker.replace('Reference', 'Version')}<!-- ${worker} --></Project>`, 50);
    assert.equal(await shop(), undefined);
    const imports = '<Import Project="$(MSBuildThisFileDirectory)build\\Functions.props" Condition="true" />';
    await write('Directory.Build.props', `<Project>${imports}<Import Project="$(Elsewhere)/no.props" /></Project>`, 50);
    await write('build/Functions.props', `<Project>${worker}<Import Project="../Directory.Build.props" /></Project>`, 50);
    assert.equal(await shop(), at('apps/Shop/Shop.csproj'));
    assert.equal(await findDotnetProject(at('apps/Tests')), null, 'a project without a host.json is no app');
    assert.doesNotMatch(await projectText(at('apps/Shop/Shop.csproj'), { references: false }), /Extensions\.DurableTask/);
    assert.match(await projectText(at('apps/Shop/Shop.csproj'), { references: true }), /Extensions\.DurableTask/);
    const { changedAt } = await findSources(at('apps/Shop/Shop.csproj'), []);
    assert.equal(Math.round((now - changedAt) / 1000), 50);
    await write('build/Functions.props', `<Project>${worker}</Project>`, 20);
    const later = await findSources(at('apps/Shop/Shop.csproj'), []);
    assert.equal(Math.round((now - later.changedAt) / 1000), 20, 'what is imported is a source too');
  });

  it('that was built as a library is told what makes it a program', async () => {
    await write('App/host.json', '{}', 50);
    await write('App/App.csproj', project('<TargetFramework>net10.0</TargetFramework>'), 50);
    await build('App/bin/Debug/net10.0', 'App.dll', 10);
    await assert.rejects(RunningEmulator.start(at('App')), /App\.csproj builds a library.*<OutputType>Exe<\/OutputType>/);
  });

  describe('that is built', () => {
    /** Runs the app; resolves with the lines of its start. */
    const runs = async (context: Mocha.Context, name: string, greeting = 'Hello'): Promise<string[]> => {
      const app = await RunningEmulator.start(at(name)).catch((error: unknown) => {
        if (/NU1\d\d\d|NETSDK1045|needs the .NET SDK/.test(String(error))) return null;
        throw error;
      });
      if (app === null) {
        console.log(`      ${name}: skipped, there is no .NET SDK or no packages`);
        return context.skip();
      }
      try {
        assert.equal(await app.outputOf('GreetAll'), `${greeting} Tokyo! ${greeting} London!`);
        return app.logs.map(({ message }) => message);
      } finally {
        await app.stop();
      }
    };

    it('in F#, with a blank in its name and the artifacts folder of the repository', async function () {
      await write(
        'Directory.Build.props',
        '<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>',
      );
      const own = '<ItemGroup><Compile Include="Program.fs" /></ItemGroup>';
      await write('src/My App/My App.fsproj', project('<TargetFramework>net10.0</TargetFramework>', own));
      await write('src/My App/Program.fs', fsharp);
      await write('src/My App/host.json', '{ "version": "2.0" }');
      await runs(this, 'src/My App');
    });

    it('in Visual Basic, for several frameworks, Release beside Debug, in the folder that Directory.Build.props names', async function () {
      const shared =
        '<TargetFrameworks>net8.0;net10.0</TargetFrameworks><BaseOutputPath>$(MSBuildThisFileDirectory)built/</BaseOutputPath>';
      await write('Directory.Build.props', `<Project><PropertyGroup>${shared}</PropertyGroup></Project>`);
      const own = '<StartupObject>VbApp.Program</StartupObject><RootNamespace>VbApp</RootNamespace>';
      await write('App/App.vbproj', project(own));
      await write('App/Program.vb', visualBasic);
      await write('App/host.json', '{ "version": "2.0" }');
      const args = ['build', '-c', 'Release', '-f', 'net10.0', '-nologo', '-v', 'quiet', '-nodeReuse:false'];
      const build = await promisify(execFile)('dotnet', args, { cwd: at('App') }).catch((error: unknown) => error);
      // Why there is none is said by the app's own build.
      const logs = await runs(this, 'App');
      assert.ok(!logs.some((line) => line.startsWith('Building')), `${logs.join('\n')}\n${String(build)}`);
      await write('App/Program.vb', visualBasic.replace('Hello', 'Salve'));
      await runs(this, 'App', 'Salve');
      assert.deepEqual(await readdir(at('built/Debug')), ['net10.0'], 'only what runs is built');
    });
  });
});
