import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mismatchIn, versionProblems } from '../../../src/workers/rpc/dotnet/package-versions';

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
});
