import assert from 'node:assert/strict';
import { customStatusProblem } from '../../src/core/values/custom-status';
import { payloadValue } from '../../src/core/values/payload';
import { childTags } from '../../src/core/history/tags';

describe('custom status limit', () => {
  it('CS4: takes 8,703 UTF-16 units', () => assert.equal(customStatusProblem('x'.repeat(8703)), null));
  it('CS5: refuses 8,704 and names both sizes', () => assert.match(customStatusProblem('x'.repeat(8704)) ?? '', /16 KB.*17 KB/));
});

describe('payloads', () => {
  it('are JSON where they are, else their text', () => {
    assert.deepEqual(payloadValue('{"a":1}'), { a: 1 });
    assert.equal(payloadValue('5 apples'), '5 apples');
    assert.equal(payloadValue('  '), '');
    assert.equal(payloadValue(null), null);
  });
});

describe('tags of a child', () => {
  it("L15: are its own and those of the parent's that it does not set, never FireAndForget", () => {
    assert.deepEqual(childTags({ a: 'own' }, { a: 'parent', b: 'parent', FireAndForget: '' }), { a: 'own', b: 'parent' });
    assert.deepEqual(childTags({ FireAndForget: '' }, null), { FireAndForget: '' });
    assert.equal(childTags(undefined, { FireAndForget: '' }), null);
    assert.equal(childTags(undefined, null), null);
  });
});
