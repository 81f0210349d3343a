/** The bundle that reads C# and PowerShell, and the grammars beside it, as they are built into dist. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type * as grammars from '../../src/analysis/grammar-bundle/entry';
import { projectRoot } from '../support/durascope-program';

describe('the packaged grammars', () => {
  it('read C# and PowerShell', async () => {
    const dist = path.join(projectRoot, 'dist');
    const part = createRequire(__filename)(path.join(dist, 'grammars.js')) as typeof grammars;
    const read = async (file: string) => brotliDecompressSync(await readFile(path.join(dist, 'grammars', `${file}.br`)));
    const csharp = await part.SyntaxTrees.load('csharp', read);
    const text = 'class A { void Run([OrchestrationTrigger] Context c) => Do(DateTime.Now); }';
    assert.deepEqual(
      part.checkCSharp(csharp, new Map([['A.cs', text]])).map(({ cause }) => cause),
      ['currentTime'],
    );
    const powerShell = await part.SyntaxTrees.load('powershell', read);
    assert.deepEqual(
      part.checkPowerShell(powerShell, 'run.ps1', 'Start-Sleep 5', 'Story').map(({ cause }) => cause),
      ['timer'],
    );
  });
});
