import assert from 'node:assert/strict';
import { parseHistoryCondition } from '../../src/debug/history-condition';
import { parseHitCondition } from '../../src/debug/hit-condition';
import { yieldLines } from '../../src/debug/yield-lines';

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
    assert.deepEqual(yieldLines(text), [1, 5, 7]);
  });
});
