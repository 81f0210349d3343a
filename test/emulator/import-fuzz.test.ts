import assert from 'node:assert/strict';
import { attackImports } from '../attack/import-attack';

describe('files to import, as nobody exported them (a short run; the long one is an attack)', () => {
  it('are refused by name or are instances like others', async () => {
    const seed = Date.now() & 0x7fff_ffff;
    assert.ok((await attackImports({ seed, numRuns: 400 })) > 0);
  });
});
