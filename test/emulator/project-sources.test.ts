/** Which texts belong to a project of .NET, and where it writes an orchestrator. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { csharpTextsAround, findInProject } from '../../src/emulator/replays/project-sources';

describe('sources of a project', () => {
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const orchestrator = (name: string): string =>
    `public class ${name}\n{\n    [Function("${name}")]\n    public static Task Run([OrchestrationTrigger] TaskOrchestrationContext context) => Task.CompletedTask;\n}\n`;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-project-'));
    const files: Record<string, string> = {
      'app/App.csproj': '<Project><ItemGroup><ProjectReference Include="..\\steps\\Steps.csproj" /></ItemGroup></Project>',
      'app/Flows/Order.cs': orchestrator('Order'),
      'app/obj/Debug/Made.cs': orchestrator('Made'),
      'app/.durascope/Old.cs': orchestrator('Old'),
      'steps/Steps.csproj': '<Project><ItemGroup><ProjectReference Include="../app/App.csproj" /></ItemGroup></Project>',
      'steps/Payment.cs': orchestrator('Payment'),
      'steps/Long.cs': `// ${'x'.repeat(500_001)}`,
      'other/Other.csproj': '<Project />',
      'other/Foreign.cs': orchestrator('Foreign'),
      'loose/Alone.cs': orchestrator('Alone'),
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    }
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('are its own and those of projects that it refers to, but for what builds write', async () => {
    const texts = await csharpTextsAround(at('app', 'Flows', 'Order.cs'));
    assert.deepEqual([...texts.keys()], [at('app', 'Flows', 'Order.cs'), at('steps', 'Payment.cs')]);
    assert.equal(texts.get(at('steps', 'Payment.cs')), orchestrator('Payment'));
  });

  it('hold an orchestrator at its place, in a project that it refers to as well', async () => {
    const found = await findInProject(at('app'), 'Payment');
    assert.deepEqual(found?.place, { file: at('steps', 'Payment.cs'), line: 4, column: 5 });
    for (const name of ['Foreign', 'Made', 'Old']) assert.equal(await findInProject(at('app'), name), null);
  });

  it('are none where there is no project', async () => {
    assert.equal(await findInProject(at('loose'), 'Alone'), null);
    assert.equal(await findInProject(at('nowhere'), 'Alone'), null);
  });
});
