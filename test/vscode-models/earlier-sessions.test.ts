import assert from 'node:assert/strict';
import { EarlierAnswers, earlierQuestion } from '../../src/vscode/models/earlier-sessions';

describe('the question about instances of earlier sessions', () => {
  it('says how many there are, where that is known', () => {
    assert.match(earlierQuestion(1).title, / of the 1 instance of earlier sessions\?$/);
    assert.match(earlierQuestion(12_345).title, / of the 12,345 instances of/);
    assert.match(earlierQuestion(null).title, / of the instances of/);
    assert.deepEqual(
      earlierQuestion(2).choices.map(({ value }) => value),
      ['keep', 'setAside', 'discard', 'look'],
    );
  });

  it('keeps its answer for each app, in the memory of the workspace alone', async () => {
    const kept = new Map<string, unknown>();
    const memory = {
      get: (key: string) => kept.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
    };
    const answers = new EarlierAnswers(memory);
    assert.equal(answers.of('/app'), undefined);
    await answers.remember('/app', 'discard');
    assert.deepEqual([answers.of('/app'), answers.of('/other')], ['discard', undefined]);
    await answers.forget('/app');
    assert.equal(answers.of('/app'), undefined);
    kept.set('session.start./app', 'look');
    assert.equal(answers.of('/app'), undefined);
  });
});
