import assert from 'node:assert/strict';
import { firstMistake } from '../../../src/analysis/grammars/first-mistake';
import { treesOf } from './load-trees';

const head = "param($Context)\n\n$output = Invoke-DurableActivity -FunctionName 'SayHello' -Input 'Tokyo'\n";

describe('the place at which a script can no longer be read', () => {
  const cases: readonly [what: string, text: string, place: string | null][] = [
    ['where the block begins that is not closed', `${head}if ($true) {\n  'Oslo'\n$output\n`, '4:12'],
    ['where the bracket is opened that is not closed', `${head}$sum = (1 + 2\n$output\n`, '4:1'],
    ['at a bracket that closes nothing', `${head}}\n$output\n`, '4:1'],
    ['at a text without its end', `${head}$z = 'Oslo\n$output\n`, '4:5'],
    ['at a statement that is none', `${head}foreach ($city i $cities) { $city }\n`, '4:1'],
    ['nowhere in a script that can be read', `${head}foreach ($city in $cities) { @{ a = 1; b = $city } }\n`, null],
  ];
  for (const [what, text, place] of cases) {
    it(`is ${what}`, async () => {
      const found = firstMistake(await treesOf('powershell'), text);
      assert.equal(found === null ? null : `${found.line}:${found.column}`, place);
    });
  }
});
