import assert from 'node:assert/strict';
import { attackImports } from './import-attack';
import { parameters } from './attack-parameters';

describe('files to import, as nobody exported them', () => {
  it('are refused by name or are instances like others', async () => {
    const given = parameters(150_000);
    const taken = await attackImports(given);
    console.log(`      ${taken} of ${given.numRuns} files were taken`);
    assert.ok(taken > 0);
  });
});
