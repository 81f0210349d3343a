import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mismatchIn, unfitPackage, versionProblems } from '../../../src/workers/rpc/dotnet/package-versions';

const deps = (core: string, grpc: string): string =>
  JSON.stringify({
    libraries: {
      'App/1.0.0': { type: 'project' },
      [`Microsoft.Azure.Functions.Worker.Core/${core}`]: { type: 'package' },
      [`Microsoft.Azure.Functions.Worker.Grpc/${grpc}`]: { type: 'package' },
    },
  });

describe('packages of a C# app that do not fit each other', () => {
  it('are named with what to do: Worker.Core that is newer than Worker.Grpc', () => {
    assert.match(
      mismatchIn(deps('2.52.0', '2.51.0')) ?? '',
      /Core is 2\.52\.0, because a package of the app asks for it, and .*Grpc is 2\.51\.0: .*Set Microsoft\.Azure\.Functions\.Worker to 2\.52\.0/,
    );
    assert.match(mismatchIn(deps('3.0.0', '2.51.0')) ?? '', /Core is 3\.0\.0/);
  });

  it('are none where both are of one version, Grpc is newer, or nothing can be told', () => {
    for (const [core, grpc] of [
      ['2.51.0', '2.51.0'],
      ['2.51.1', '2.51.0'],
      ['2.9.0', '2.10.0'],
      ['2.51.0', '2.52.0'],
    ] as const) {
      assert.equal(mismatchIn(deps(core, grpc)), null);
    }
    for (const text of ['', '{}', '{"libraries": []}', '{"libraries": {"Microsoft.Azure.Functions.Worker.Core": 1}}', 'null']) {
      assert.equal(mismatchIn(text), null, text);
    }
  });

  it('are a warning at the project, read from what the build wrote', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-deps-'));
    try {
      await writeFile(path.join(dir, 'My.App.deps.json'), deps('2.52.0', '2.51.0'));
      const project = path.join(dir, 'My.App.csproj');
      const [problem, ...more] = await versionProblems({ dir, assembly: 'My.App.dll', builtAt: 0 }, project);
      assert.equal(problem?.severity, 'warning');
      assert.equal(problem.file, project);
      assert.equal(more.length, 0);
      assert.deepEqual(await versionProblems({ dir, assembly: 'Another.dll', builtAt: 0 }, project), []);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('are said with what to do where the app ends at its start for it', () => {
    const ended = (why: string): string =>
      `The process that runs the app ended (signal SIGABRT). The app was still loading. Its last output:\nUnhandled exception. ${why}`;
    // As of Microsoft.Azure.Functions.Worker.ApplicationInsights 2.51.0 with Microsoft.ApplicationInsights.WorkerService 3.2.0.
    const insights = unfitPackage(
      ended(
        "System.TypeLoadException: Could not load type 'Microsoft.ApplicationInsights.Extensibility.ITelemetryInitializer' from assembly 'Microsoft.ApplicationInsights, Version=3.2.0.1, Culture=neutral, PublicKeyToken=31bf3856ad364e35'.\n   at Program.<Main>$(String[] args) in /apps/shop/Program.cs:line 5",
      ),
    );
    assert.match(
      insights?.message ?? '',
      /^What a package of the app asks Microsoft\.ApplicationInsights 3\.2\.0\.1 for is not there: Microsoft\.ApplicationInsights\.Extensibility\.ITelemetryInitializer\. Microsoft\.Azure\.Functions\.Worker\.ApplicationInsights was made for Microsoft\.ApplicationInsights 2: set Microsoft\.ApplicationInsights\.WorkerService .* to 2\.23\.0 in the project\.\nThe process .*Program\.cs:line 5$/s,
    );
    const other = unfitPackage(ended("System.MissingMethodException: Method not found: 'Void Shop.Cart..ctor(System.String)'."));
    assert.match(other?.message ?? '', /^What a package of the app asks for is not there: Void Shop\.Cart.* dotnet list package/);
    assert.equal(unfitPackage(ended('System.InvalidOperationException: no settings')), null);
  });
});
