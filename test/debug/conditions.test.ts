import assert from 'node:assert/strict';
import { parseHistoryCondition } from '../../src/debug/history-condition';
import { parseHitCondition } from '../../src/debug/hit-condition';
import { waitLines, waitWord } from '../../src/debug/wait-lines';

describe('conditions of replay breakpoints', () => {
  const facts = { type: 'TaskFailed', name: 'Charge', attempt: 3, result: { total: 120, state: 'done' } };
  for (const [text, expected] of [
    ['Charge', true],
    ['"charge"', true],
    ['Refund', false],
    ['attempt >= 3', true],
    ['attempt > 3', false],
    ['attempt <= 3', true],
    ['attempt < 3', false],
    ['name == Charge && result.total > 100', true],
    ['name === "Refund" || attempt == 3', true],
    ["result.state != 'done'", false],
    ['result.missing.deeper == 1', false],
    ['result == {"total":120,"state":"done"}', true],
    ['attempt >= many', false],
  ] as const) {
    it(`${text} ${expected ? 'holds' : 'does not hold'}`, () => assert.equal(parseHistoryCondition(text)(facts), expected));
  }

  it('what is no condition is refused with a word on how to write one', () => {
    for (const text of ['', '&&', '>= 3', 'attempt >=', 'a == 1 &&']) {
      assert.throws(() => parseHistoryCondition(text), /write a name, or comparisons such as/, text);
    }
  });

  it('hit counts are numbers with or without a comparison', () => {
    const hits = (text: string): number[] => [1, 2, 3, 4, 5, 6].filter((count) => parseHitCondition(text)?.(count));
    assert.deepEqual(hits('3'), [3]);
    assert.deepEqual(hits('== 3'), [3]);
    assert.deepEqual(hits('>= 5'), [5, 6]);
    assert.deepEqual(hits('>5'), [6]);
    assert.deepEqual(hits('< 3'), [1, 2]);
    assert.deepEqual(hits('<=2'), [1, 2]);
    assert.deepEqual(hits('% 2'), [2, 4, 6]);
    for (const text of ['', 'often', '% 0', '3.5', '-1']) assert.equal(parseHitCondition(text), null, text);
  });

  it('yields are found in code, not in comments, strings or names', () => {
    const text = [
      'const a = yield task;',
      '// yield here',
      'log(\'yield\'); log("a \\" yield");',
      '/* yield',
      'yield */ yield* helper();',
      'fields.yield = yielded + $yield;',
      'return `${yield other}`;',
    ].join('\r\n');
    assert.deepEqual(waitLines('/app/a.ts', text), [1, 5, 7]);
  });

  it('the lines on which code of other languages waits are found by its own words', () => {
    const csharp = [
      'var a = await Task();',
      '// await',
      'log("await"); yield return 1;',
      '/* await',
      '*/ awaited(@await);',
      'return await b;',
    ];
    const fsharp = ['let! city = call()', 'let plain = 1', 'return! done', '// do! nothing', 'do! wait ()'];
    const basic = ['Dim a = Await Task()', "' Await", 'Log("Await")', 'await b'];
    const powershell = [
      '$a = Invoke-DurableActivity -FunctionName Hello',
      '# Invoke-DurableActivity',
      'Write-Host "Wait-DurableTask"',
      'Wait-ActivityFunction -Task $tasks',
      'Get-InvokeDurableActivity',
    ];
    assert.deepEqual(waitLines('/app/a.cs', csharp.join('\n')), [1, 6]);
    assert.deepEqual(waitLines('/app/a.fs', fsharp.join('\n')), [1, 3, 5]);
    assert.deepEqual(waitLines('/app/a.vb', basic.join('\n')), [1, 4]);
    assert.deepEqual(waitLines('/app/Run.PS1', powershell.join('\n')), [1, 4]);
    assert.deepEqual(['a.cs', 'a.ps1', 'a.js'].map(waitWord), [
      'await',
      'Invoke-DurableActivity, Wait-DurableTask or the like',
      'yield',
    ]);
  });
});
