import assert from 'node:assert/strict';
import { whatBecomesOf } from '../../src/workers/supervision/lost-work';
import type { LostWork } from '../../src/workers/supervision/requests-under-way';

const lost = (kind: LostWork['kind'], ...names: string[]): LostWork[] => names.map((name) => ({ kind, name }));
const goesOn = 'A new one is started now, and the app goes on in it.';

describe('what is said of work that a process took along', () => {
  it('is nothing where there was none', () => assert.equal(whatBecomesOf([]), goesOn));

  it('is that activities run again, by name', () => {
    assert.equal(
      whatBecomesOf(lost('activity', 'Work')),
      `${goesOn} The activity that was running (Work) runs again from its beginning.`,
    );
    assert.equal(
      whatBecomesOf(lost('activity', ...Array<string>(1_200).fill('Work'), 'Greet', 'Pay', 'Ship', 'Tell')),
      `${goesOn} The 1,204 activities that were running (Work × 1200, Greet, Pay and 2 further) run again from their beginning.`,
    );
  });

  it('is that steps are made again, and that calls of other functions are not', () => {
    assert.equal(
      whatBecomesOf([
        ...lost('episode', 'Shop'),
        ...lost('entity', 'Cart'),
        ...lost('http', 'order'),
        ...lost('invoke', 'nightly'),
      ]),
      `${goesOn} 2 steps of orchestrators or entities (Cart, Shop) are made again. ` +
        '2 calls of other functions (nightly, order) are not repeated: send what is still wanted again.',
    );
  });
});
