/** Where the test of a recorded run of a .NET app goes, without a .NET SDK: what dotnet makes of it is in test/e2e/save-test-csharp. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeCsharpTest } from '../../src/emulator/saved-tests/csharp-test';
import type { ReplayRequest } from '../../src/core/ports/replay-worker';

const sdk = '<Project Sdk="Microsoft.NET.Sdk">';
const appText = `${sdk}<PropertyGroup><TargetFramework>net10.0</TargetFramework><AzureFunctionsVersion>v4</AzureFunctionsVersion></PropertyGroup>
<ItemGroup><PackageReference Include="Microsoft.Azure.Functions.Worker" Version="2.52.0" /></ItemGroup></Project>`;
const base = { EventId: -1, IsPlayed: false, Timestamp: '2026-01-01T00:00:00.0000000Z' };
const run: ReplayRequest = {
  instanceId: 'order-1',
  executionId: 'e',
  functionName: 'Order',
  history: [
    { ...base, EventType: 'OrchestratorStarted' },
    {
      ...base,
      EventType: 'ExecutionStarted',
      Name: 'Order',
      Version: '',
      Input: null,
      OrchestrationInstance: { InstanceId: 'order-1', ExecutionId: 'e' },
    },
    { ...base, EventType: 'OrchestratorCompleted' },
  ],
};

describe('the test of a run of a .NET app', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-csharp-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const project = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return path.dirname(file);
  };
  const references = (...packages: string[]): string =>
    `${sdk}<ItemGroup>${packages.map((name) => `<PackageReference Include="${name}" Version="1.0.0" />`).join('')}
<ProjectReference Include="..\\app\\shop.csproj" /></ItemGroup></Project>`;

  for (const extension of ['csproj', 'fsproj', 'vbproj']) {
    it(`is one in C# in a new project, which refers to an app of ${extension}`, async () => {
      const appDir = await project(`app/shop.${extension}`, appText);
      const { testFile, framework, missing } = await writeCsharpTest({ appDir }, run);
      assert.deepEqual([path.basename(testFile), framework], ['RecordedRun_order_1.cs', 'xunit']);
      assert.match(missing ?? '', /dotnet test .*shop\.Tests\.csproj$/);
      const text = await readFile(path.join(folder, 'shop.Tests', 'shop.Tests.csproj'), 'utf8');
      assert.match(text, new RegExp(`<ProjectReference Include="\\.\\./app/shop\\.${extension}" />`));
      assert.match(await readFile(testFile, 'utf8'), /RecordedRun\.Replay\("RecordedRuns\/order-1\.json", "shop"\)/);
    });
  }

  it('goes into the project that the app has, of xunit and of xunit.v3', async () => {
    const appDir = await project('app/shop.csproj', appText);
    for (const packages of ['xunit', 'xunit.v3']) {
      const tests = await project('checks/checks.csproj', references(packages));
      const { testFile, missing } = await writeCsharpTest({ appDir, replace: true }, run);
      assert.deepEqual([path.dirname(testFile), missing], [tests, null]);
    }
  });

  for (const [kind, file, text] of [
    ['a project of MSTest', 'shop.Tests/shop.Tests.csproj', references('MSTest.TestFramework', 'MSTest.TestAdapter')],
    ['a project of MSTest', 'shop.Tests/shop.Tests.csproj', '<Project Sdk="MSTest.Sdk/3.8.0"></Project>'],
    ['a project of NUnit', 'shop.Tests/shop.Tests.csproj', references('NUnit', 'NUnit3TestAdapter')],
    ['a project in F#', 'shop.Tests/shop.Tests.fsproj', references('xunit')],
    ['a project in Visual Basic', 'shop.Tests/shop.Tests.vbproj', references('xunit')],
  ] as const) {
    it(`is refused in ${kind}, with the folder where it may go (${text.slice(0, 30)})`, async () => {
      const appDir = await project('app/shop.csproj', appText);
      await project(file, text);
      const suggested = path.join(folder, 'shop.RecordedRuns');
      await assert.rejects(writeCsharpTest({ appDir }, run), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'NotSupported');
        assert.ok(error.message.includes(`${path.basename(file)}, ${kind}, and the test is one of xunit in C#`), error.message);
        assert.ok(error.message.endsWith(`--folder ${suggested}`), error.message);
        return true;
      });
      const { testFile } = await writeCsharpTest({ appDir, folder: suggested }, run);
      assert.equal(path.dirname(testFile), suggested);
    });
  }
});
