import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import { linkPath, readLink } from '../../src/vscode/models/instance-link';
import { failureNews, failuresText, UnseenFailures } from '../../src/vscode/models/unseen-failures';
import { instanceRow } from '../support/instance-row';

const changed = (row: InstanceRow): HubChange => ({ type: 'instance', row, newEvents: [], historyReplaced: false });
const failed = (instanceId: string, more: Partial<InstanceRow> = {}): InstanceRow =>
  instanceRow({
    instanceId,
    runtimeStatus: 'Failed',
    completedTime: '2024-01-01T00:00:01.0000000Z',
    output: 'Error: no stock',
    ...more,
  });

describe('what has failed since somebody looked', () => {
  let failures: UnseenFailures;
  const ids = (): string[] => failures.rows.map(({ instanceId }) => instanceId);
  beforeEach(() => (failures = new UnseenFailures()));

  it('F3 was seen where its panel is on screen as it fails, and is none when the panel is closed later', () => {
    let shown = true;
    failures = new UnseenFailures((instanceId) => shown && instanceId === 'one');
    const change = changed(failed('one'));
    assert.deepEqual(
      failures.note([change, changed(failed('two'))]).map(({ instanceId }) => instanceId),
      ['two'],
    );
    shown = false;
    assert.deepEqual(failures.note([change]), []);
    assert.deepEqual(
      failures.rows.map(({ instanceId }) => instanceId),
      ['two'],
    );
  });

  it('is told once, newest first, without children and entities', () => {
    const told = failures.note([
      changed(failed('a')),
      changed(failed('child', { parentInstanceId: 'a' })),
      changed(failed('@counter@x')),
      changed(instanceRow({ instanceId: 'fine' })),
      changed(failed('b')),
    ]);
    assert.deepEqual(
      told.map(({ instanceId }) => instanceId),
      ['a', 'b'],
    );
    assert.deepEqual(ids(), ['b', 'a']);
    assert.deepEqual(failures.note([changed(failed('a', { customStatus: '"late"' }))]), []);
  });

  it('is what was not looked at: not what was opened, runs again or is gone', () => {
    failures.note(['a', 'b', 'c', 'd'].map((id) => changed(failed(id))));
    failures.see('a');
    failures.note([changed(instanceRow({ instanceId: 'b' })), { type: 'purged', instanceId: 'c' }, { type: 'resync' }]);
    assert.deepEqual(ids(), ['d']);
    failures.seeAll();
    assert.deepEqual(ids(), []);
  });

  it('comes again when it fails again, after a rewind or under the same id', () => {
    failures.note([changed(failed('a'))]);
    failures.see('a');
    assert.equal(failures.note([changed(failed('a', { completedTime: '2024-01-01T00:00:09.0000000Z' }))]).length, 1);
    failures.forget();
    assert.equal(failures.note([changed(failed('a'))]).length, 1);
  });

  it('has words: of one what and why, of several how many', () => {
    assert.deepEqual(
      [failuresText(0), failuresText(1), failuresText(1200)],
      [null, '1 instance failed', '1,200 instances failed'],
    );
    assert.equal(failureNews([failed('a')]), 'HelloCities failed: Error: no stock');
    assert.equal(failureNews([failed('a'), failed('b')]), '2 instances failed.');
  });
});

describe('the address of an instance', () => {
  it('leads back to it, whatever its id and its folder are called', () => {
    for (const id of ['order-1', 'a b/ü?&', '@counter@x']) {
      const { path, query } = linkPath(id, '/home/ada/my app');
      assert.deepEqual(readLink(path, query), { instanceId: id, appDir: '/home/ada/my app' });
    }
  });

  it('may leave out the app, and must name an instance', () => {
    assert.deepEqual(readLink('/instance/a', ''), { instanceId: 'a', appDir: undefined });
    assert.equal(readLink('/instance/', ''), undefined);
    assert.equal(readLink('/else/a', ''), undefined);
  });
});
