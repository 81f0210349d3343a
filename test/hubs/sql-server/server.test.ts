/** Against a real server of TDS with the provider's tables and some instances in them (README.md): what one question says, another has to say too. */
import assert from 'node:assert/strict';
import type { InstanceRow } from '../../../src/core/instances/instance';
import type { InstanceQuery } from '../../../src/core/ports/history-store';
import { SystemClock } from '../../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../../src/hubs/attached-hub';
import { hubTarget } from '../../../src/hubs/hub-target';
import { openHub } from '../../../src/hubs/open-hub';
import { restOf } from '../../../src/hubs/paged-query';
import { serverOrders } from '../../../src/hubs/sql-server/statements';

const connection = process.env['DURASCOPE_TEST_TDS'];

describe('a hub in SQL Server, on a server that DURASCOPE_TEST_TDS names', function () {
  this.timeout(120_000);
  let hub: AttachedHub;
  let all: InstanceRow[];
  before(async function () {
    if (connection === undefined) this.skip();
    hub = await openHub(hubTarget(connection), { clock: new SystemClock() });
    all = await listed({});
    assert.ok(all.length > 3, 'the hub has too few instances');
  });
  after(() => connection === undefined || hub.dispose());

  const listed = async (query: InstanceQuery): Promise<InstanceRow[]> => {
    const rows: InstanceRow[] = [];
    let token: string | undefined;
    do {
      const page = await hub.query({ pageSize: 3, ...query, ...(token === undefined ? {} : { continuationToken: token }) });
      rows.push(...page.instances);
      token = page.continuationToken;
    } while (token !== undefined);
    return rows;
  };
  const ids = (rows: readonly InstanceRow[]): string[] => rows.map(({ instanceId }) => instanceId);

  it('has each instance once, in every order, both ways', async () => {
    for (const orderBy of serverOrders) {
      const now = '2100-01-01T00:00:00.0000000Z';
      const up = ids(await listed({ orderBy, now }));
      assert.deepEqual([...up].sort(), ids(all).sort(), orderBy);
      assert.deepEqual(ids(await listed({ orderBy, now, descending: true })), up.reverse(), orderBy);
    }
  });

  it('filters and counts as its rows say', async () => {
    const [some] = all.filter(({ parentInstanceId }) => parentInstanceId !== null);
    const middle = [...all].sort((a, b) => (a.createdTime < b.createdTime ? -1 : 1))[all.length >> 1]?.createdTime ?? '';
    const queries: InstanceQuery[] = [
      {},
      { statuses: ['Completed', 'Failed'] },
      { names: [all[0]?.name ?? '', 'none'] },
      { names: [] },
      { rootsOnly: true },
      { entities: 'exclude' },
      { entities: 'only' },
      { parentInstanceId: some?.parentInstanceId ?? 'none' },
      { lastUpdatedFrom: middle },
      { lastUpdatedTo: middle },
      { text: (all[0]?.instanceId ?? '').slice(1, 4).toUpperCase() },
      { text: "100%_[it's]" },
    ];
    for (const query of queries) {
      const rows = await listed(query);
      const isWanted = restOf(query);
      const expected = all.filter(isWanted);
      // Payloads of instances that have not failed are searched on the server alone.
      if (query.text === undefined) assert.deepEqual(ids(rows), ids(expected), JSON.stringify(query));
      else assert.ok(ids(expected).every((id) => ids(rows).includes(id)));
      const counts = await hub.countByStatus(query);
      assert.equal(
        Object.values(counts).reduce((a, b) => a + b, 0),
        rows.length,
        JSON.stringify(query),
      );
    }
    const created = await listed({ createdTimeFrom: middle });
    assert.deepEqual(ids(created), ids(all.filter(({ createdTime }) => createdTime >= middle)));
    assert.deepEqual(ids(await listed({ instanceIdPrefix: all[0]?.instanceId ?? '' })).includes(all[0]?.instanceId ?? ''), true);
    assert.deepEqual(ids((await hub.query({ instanceIds: [...ids(all), 'none'] })).instances).sort(), ids(all).sort());
  });

  it('has histories that begin and end as their instances do, in parts as in whole', async () => {
    for (const { instanceId } of all) {
      const row = await hub.get(instanceId);
      const { events } = await hub.historyWithNotes(instanceId);
      assert.equal(events.length, row?.historyLength, instanceId);
      if (events.length === 0) continue;
      const started = events.find(({ EventType }) => EventType === 'ExecutionStarted');
      assert.ok(started?.EventType === 'ExecutionStarted', instanceId);
      assert.equal(started.Input, row?.input ?? null, instanceId);
      const ended = events.find(({ EventType }) => EventType === 'ExecutionCompleted');
      if (ended?.EventType === 'ExecutionCompleted') assert.equal(ended.Result, row?.output ?? null, instanceId);
      assert.deepEqual(await hub.history(instanceId, 1, 2), events.slice(1, 3));
    }
  });

  it('does not have what nobody has made', async () => {
    assert.equal(await hub.get('there is none'), undefined);
    assert.equal(await hub.get(`${all[0]?.instanceId ?? ''}${'x'.repeat(200)}`), undefined);
    assert.deepEqual(await hub.history('there is none'), []);
    await assert.rejects(() => hub.waitingFor('there is none'), /There is no instance/);
  });
});
