import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonParts } from '../../src/base/json-parts';

describe('JSON in parts', () => {
  it('is together what JSON.stringify gives', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.date({ noInvalidDate: true }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    }));
    fc.assert(
      fc.property(value, (each) => {
        if (each === undefined) return;
        assert.equal([...jsonParts(each)].join(''), JSON.stringify(each));
      }),
    );
  });

  it('leaves out what JSON has no text for, as JSON.stringify does', () => {
    const given = { a: () => 1, b: Symbol('b'), c: [undefined, () => 1, Symbol('c')], d: { e: undefined }, toJSON: 1 };
    assert.equal([...jsonParts(given)].join(''), JSON.stringify(given));
  });

  it('is longer than a text can be, and no part of it is', () => {
    const text = 'x'.repeat(1024 * 1024);
    const answer = { name: 'big', history: Array.from({ length: 600 }, () => ({ Input: text })) };
    let [chars, longest] = [0, 0];
    for (const part of jsonParts(answer)) {
      chars += part.length;
      longest = Math.max(longest, part.length);
    }
    assert.ok(chars > 600 * text.length);
    assert.ok(longest < 2 * text.length, `${longest}`);
  });
});
