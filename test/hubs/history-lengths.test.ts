import assert from 'node:assert/strict';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { hubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';
import { Azurite } from './azurite';
import { goldenRows, type TypedRow, type TypedValue } from './golden-hub';

describe('how long a history in Azure Storage is (spec/attach.md 1.3)', () => {
  let azurite: Azurite;
  let hub: AttachedHub;
  const instance = goldenRows('Instances').find(({ partitionKey }) => partitionKey === 'hello') ?? assert.fail();
  const event = goldenRows('History').find(({ partitionKey }) => partitionKey === 'hello') ?? assert.fail();
  const execution = instance['ExecutionId'] as TypedValue;
  const another = { ...execution, value: 'another' };
  const rows = (id: string, from: number, to: number, of: TypedValue = execution): TypedRow[] =>
    Array.from({ length: to - from }, (_, at) => {
      const rowKey = (from + at).toString(16).toUpperCase().padStart(16, '0');
      return { ...event, partitionKey: id, rowKey, ExecutionId: of };
    });
  const lengthOf = async (id: string): Promise<number | undefined> => (await hub.get(id))?.historyLength;
  before(async () => {
    azurite = await Azurite.start();
    await azurite.put('LongInstances', []);
    await azurite.put('LongHistory', []);
    hub = await openHub(hubTarget(azurite.connection, 'Long'), { clock: new SystemClock() });
  });
  after(async () => {
    hub.dispose();
    await azurite.stop();
  });
  const put = async (id: string, of: TypedValue, events: readonly TypedRow[]): Promise<void> => {
    await azurite.add('LongHistory', events);
    await azurite.add('LongInstances', [{ ...instance, partitionKey: id, ExecutionId: of }]);
  };

  for (const length of [0, 1, 200, 201, 801, 1700]) {
    it(`is ${length} where it has so many rows`, async () => {
      await put(`of ${length}`, execution, rows(`of ${length}`, 0, length));
      assert.equal(await lengthOf(`of ${length}`), length);
      assert.equal(await lengthOf(`of ${length}`), length);
    });
  }

  it('is followed while it grows, by little and by much, with few requests where it is known', async () => {
    await put('grows', execution, rows('grows', 0, 150));
    assert.equal(await lengthOf('grows'), 150);
    let length = 150;
    for (const more of [100, 1, 0, 199, 200, 900]) {
      await put('grows', execution, rows('grows', length, length + more));
      length += more;
      assert.equal(await lengthOf('grows'), length);
    }
    const before = hub.requests;
    assert.equal(await lengthOf('grows'), length);
    assert.ok(hub.requests - before <= 3, `${hub.requests - before} requests`);
  });

  it('begins anew with another execution, whether it is shorter, longer or gone', async () => {
    await put('anew', execution, rows('anew', 0, 700));
    assert.equal(await lengthOf('anew'), 700);
    await put('anew', another, rows('anew', 0, 300, another));
    assert.equal(await lengthOf('anew'), 300);
    await put('anew', execution, rows('anew', 0, 500));
    assert.equal(await lengthOf('anew'), 500 + 200);
    await put('anew', another, rows('anew', 0, 20, another));
    assert.equal(await lengthOf('anew'), 20);
    await put('anew', { ...execution, value: 'of no row' }, []);
    assert.equal(await lengthOf('anew'), 0);
  });
});
