import assert from 'node:assert/strict';
import { childInstanceIdProblem, defaultChildInstanceId, instanceIdProblem, isEntityId } from '../../src/core/values/instance-id';

describe('instance ids', () => {
  it('L16: lets 1 to 100 ordinary characters through', () => {
    for (const id of ['a', 'x'.repeat(100), 'a:b', 'a@b', 'a b', 'Ünïcode-✓']) assert.equal(instanceIdProblem(id), null, id);
  });

  it('L16: refuses 101 characters, @ in front, / \\ # ? and control characters, and says which', () => {
    assert.match(instanceIdProblem('x'.repeat(101)) ?? '', /100/);
    assert.match(instanceIdProblem('') ?? '', /empty/);
    assert.match(instanceIdProblem('@a') ?? '', /reserved for entities/);
    for (const char of ['/', '\\', '#', '?']) assert.ok(instanceIdProblem(`a${char}b`)?.endsWith(`contains '${char}'.`), char);
    assert.match(instanceIdProblem('a\u0007b') ?? '', /U\+0007/);
    assert.match(instanceIdProblem('a\u009fb') ?? '', /U\+009F/);
  });

  it('what an orchestrator chooses may have any characters that are whole, and more of them', () => {
    for (const id of ['a/b', 'a#b?c', 'a\\b', 'x'.repeat(1024), '..', 'a@b', 'a\u0007b', '\ud83d\ude00']) {
      assert.equal(childInstanceIdProblem(id), null, id);
    }
    assert.match(childInstanceIdProblem('@a@b') ?? '', /reserved for entities/);
    assert.match(childInstanceIdProblem('') ?? '', /empty/);
    assert.match(childInstanceIdProblem('x'.repeat(1025)) ?? '', /1024/);
    for (const id of ['a\ud83d', '\ude00b', '\ude00\ud83d']) {
      assert.match(childInstanceIdProblem(id) ?? '', /half a surrogate pair/);
      assert.match(instanceIdProblem(id) ?? '', /half a surrogate pair/);
    }
  });

  it('by the rules of the engine a client may choose anything but the id of an entity', () => {
    for (const id of ['@x', '@@', 'x'.repeat(257), 'a/b', 'a#b?c', 'a\\b', 'a\tb'])
      assert.equal(instanceIdProblem(id, 'engine'), null, id);
    assert.match(instanceIdProblem('@a@b', 'engine') ?? '', /reserved for entities/);
    assert.match(instanceIdProblem('', 'engine') ?? '', /empty/);
    assert.deepEqual(['@x', '@@b', '@a@', '@a@b', 'a@b'].map(isEntityId), [false, false, true, true, false]);
  });

  it("S2: names a child after its parent's execution and the scheduling id", () => {
    assert.equal(defaultChildInstanceId('0123', 12), '0123:12');
  });
});
