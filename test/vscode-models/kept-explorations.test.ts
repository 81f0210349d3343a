import assert from 'node:assert/strict';
import { schedulesText } from '../../src/vscode/models/kept-explorations';

describe('how many schedules were gone through', () => {
  it('says whether there are no more', () => {
    assert.equal(schedulesText(1, true), 'the only schedule');
    assert.equal(schedulesText(6, true), 'all 6 schedules');
    assert.equal(schedulesText(2000, false), '2,000 schedules');
    assert.equal(schedulesText(1, false), '1 schedule');
  });
});
