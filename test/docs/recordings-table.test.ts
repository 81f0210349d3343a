import assert from 'node:assert/strict';
import { FidelityTable } from '../goldens/harness/fidelity-table';

const page = (...names: string[]): string =>
  [
    '# A page',
    '## Where recordings are not followed',
    '| scenarios | why |',
    '| --- | --- |',
    ...names.map((each) => `| ${each} | x |`),
  ]
    .concat('', '## Another', '| `elsewhere` | x |')
    .join('\n');
const differs = (table: FidelityTable, scenario: string, where = 'status.status'): boolean =>
  table.allows(scenario, { where, real: 1, ours: 2 });

describe('the table of recordings that are not followed', () => {
  it('allows what a name stands for, at the place that it gives', () => {
    const table = FidelityTable.of(page('`one`, `two rows.*`', '`three-*`'));
    assert.equal(table.length, 2);
    assert.equal(differs(table, 'one'), true);
    assert.equal(differs(table, 'two'), false);
    assert.equal(differs(table, 'two', 'rows.two.History[1].Name'), true);
    assert.equal(differs(table, 'three-a'), true);
    assert.equal(differs(table, 'elsewhere'), false);
  });

  it('says which name of a line is needless', () => {
    const table = FidelityTable.of(page('`one`, `two`, `three`'));
    differs(table, 'one');
    assert.deepEqual(table.unmetBy(['one', 'two']), ['two']);
  });

  it('says which scenario of a name with a star is as recorded', () => {
    const table = FidelityTable.of(page('`child-*`'));
    differs(table, 'child-a');
    assert.deepEqual(table.unmetBy(['child-a', 'child-b', 'other']), ['child-*: child-b']);
  });

  it('of a name with a place asks for one scenario that differs there', () => {
    const table = FidelityTable.of(page('`*-isolated *.Tags`, `*-isolated *.Version`'));
    differs(table, 'a-isolated', 'rows.a-isolated.Instances[0].Tags');
    assert.deepEqual(table.unmetBy(['a-isolated', 'b-isolated']), ['*-isolated *.Version']);
    assert.deepEqual(table.unmetBy(['c']), []);
  });

  it('counts every name that allows a difference', () => {
    const table = FidelityTable.of(page('`child-a`', '`child-*`'));
    differs(table, 'child-a');
    assert.deepEqual(table.unmetBy(['child-a']), []);
  });

  it('says which names stand for no recording', () => {
    assert.deepEqual(FidelityTable.of(page('`one`, `two *.Name`, `t*`')).namelessAmong(['two']), ['one']);
  });
});
