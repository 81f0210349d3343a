import assert from 'node:assert/strict';
import { attachConfiguration, isInstalled, otherDebugger } from '../../src/vscode/models/attach-debugger';

describe('the debugger of an app that is not in JavaScript (spec/functionrpc-workers.md 6)', () => {
  const settings = (runtime: string): string => JSON.stringify({ Values: { FUNCTIONS_WORKER_RUNTIME: runtime } }, null, 2);

  it('is that of .NET for projects and builds, that of PowerShell by the settings or the profile', () => {
    const typeOf = (names: string[], text: string | null = null): string | undefined => otherDebugger(names, text)?.type;
    assert.equal(typeOf(['host.json', 'My App.csproj']), 'coreclr');
    assert.equal(typeOf(['app.fsproj']), 'coreclr');
    assert.equal(typeOf(['app.dll', 'functions.metadata']), 'coreclr');
    assert.equal(typeOf(['host.json', 'profile.ps1']), 'PowerShell');
    assert.equal(typeOf(['host.json'], settings('powershell')), 'PowerShell');
    assert.equal(typeOf(['host.json', 'package.json'], settings('node')), undefined);
  });

  it('attaches to the process of the app', () => {
    const csharp = otherDebugger(['a.csproj'], null);
    const powerShell = otherDebugger(['profile.ps1'], null);
    assert.ok(csharp !== null && powerShell !== null);
    const { type, request, processId } = attachConfiguration(csharp, 'name', 17);
    assert.deepEqual([type, request, processId], ['coreclr', 'attach', '17']);
    assert.deepEqual(attachConfiguration(powerShell, 'name', 17), {
      ...{ type: 'PowerShell', request: 'attach', name: 'name' },
      ...{ processId: 17, runspaceId: 1 },
    });
  });

  it('is there when any extension brings its type', () => {
    const csharp = otherDebugger(['a.csproj'], null);
    assert.ok(csharp !== null);
    assert.equal(isInstalled(csharp, [{}, null, { contributes: { debuggers: [{ type: 'node' }] } }]), false);
    assert.equal(isInstalled(csharp, [{ contributes: { debuggers: [{ type: 'node' }, { type: 'coreclr' }] } }]), true);
  });
});
