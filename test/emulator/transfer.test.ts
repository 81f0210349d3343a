import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { allInstanceIds } from '../../src/core/ports/all-instance-ids';
import { DurascopeError } from '../../src/core/values/errors';
import type { ExportedInstance } from '../../src/core/instances/exported-instance';
import type { ImportConflicts, ImportOutcome, TaskHubClient } from '../../src/core/ports/task-hub-client';
import { exportFileText, exportPieces, readExportFile } from '../../src/emulator/transfer/export-file';
import { conflictsOf, importInstances, withNewIds } from '../../src/emulator/transfer/import-instances';
import { TestHub } from '../support/test-hub';
import { instanceRow } from '../support/instance-row';

const exportedAt = '2026-01-01T00:00:00.000Z';

function openHub(): Promise<TestHub> {
  return TestHub.open({
    scripts: {
      *Tells(context) {
        context.setStatus({ says: context.input });
        yield context.activity('Hello', context.input);
        return context.input;
      },
      *Waits(context) {
        return yield context.waitEvent('Go');
      },
    },
    activities: { Hello: (name) => name },
  });
}

async function textOf(hub: TaskHubClient, ids: readonly string[], how: { keptInputs?: boolean } = {}): Promise<string> {
  let text = '';
  for await (const piece of exportPieces(hub, ids, exportedAt, undefined, how)) text += piece;
  return text;
}

/** An instance that was never run. */
function idle(instanceId: string, rows = 0): ExportedInstance {
  const at = '2024-01-01T00:00:00.0000000Z';
  return {
    instance: instanceRow({
      instanceId,
      executionId: `x${instanceId}`,
      name: 'Tells',
      runtimeStatus: 'Completed',
      createdTime: at,
      lastUpdatedTime: at,
      completedTime: at,
      historyLength: rows,
    }),
    history: Array.from({ length: rows }, () => ({
      EventType: 'OrchestratorStarted',
      EventId: -1,
      IsPlayed: false,
      Timestamp: at,
    })),
    customStatusChanges: [],
  };
}

function problemOf(text: string): string {
  try {
    readExportFile(text);
  } catch (error) {
    assert.ok(DurascopeError.is(error, 'InvalidArgument'));
    return error.message;
  }
  return assert.fail('nothing was refused');
}

describe('the Durascope file', () => {
  let from: TestHub;
  let to: TestHub;
  beforeEach(async () => {
    from = await openHub();
    to = await openHub();
  });
  afterEach(async () => {
    await from.dispose();
    await to.dispose();
  });

  it('read again and imported in an empty hub, gives the same file', async () => {
    for (let i = 0; i < 40; i++) await from.start('Tells', { instanceId: `i${i}`, json: `ü ${i}` });
    await from.start('Waits', { instanceId: 'waits' });
    const ids = await allInstanceIds(from.engine, { orderBy: 'createdTime' });
    assert.equal(ids.length, 41);
    const text = await textOf(from.engine, ids);
    const report = await importInstances(to.engine, readExportFile(text), 'refuse');
    assert.deepEqual(report, { imported: ids, skipped: [], unfinished: ['waits'] });
    assert.equal(await textOf(to.engine, ids), text);
    assert.equal(text.split('\n').length, 41 + 3, 'one instance a line');
  });

  it('of a long history comes in pieces, none of them long, which are what one text of it would be', async () => {
    const each = idle('long', 30_000);
    const hub = {
      get: () => Promise.resolve(each.instance),
      history: () => Promise.resolve(each.history),
      customStatusChanges: () => Promise.resolve([]),
    } as unknown as TaskHubClient;
    const pieces: string[] = [];
    for await (const piece of exportPieces(hub, ['long'], exportedAt)) pieces.push(piece);
    assert.ok(pieces.length > 3 && pieces.every(({ length }) => length < 1_100_000));
    assert.equal(pieces.join('').split('\n')[1], JSON.stringify(each));
  });

  it('that is longer than a text can be is refused with its size', () => {
    const huge = { byteLength: 700 * 1024 * 1024 } as Uint8Array;
    assert.throws(() => exportFileText(huge), { code: 'InvalidArgument', message: /has 700 MB, and at most 512 MB can be read/ });
  });

  it('leaves out, where that is asked for, the inputs that only Durascope keeps', async () => {
    const kept = idle('kept', 1);
    const row: HistoryEvent = {
      EventType: 'TaskScheduled',
      EventId: 0,
      IsPlayed: false,
      Timestamp: '2024-01-01T00:00:00.0000000Z',
      Name: 'Hello',
      Version: '',
      Input: null,
      KeptInput: '"secret"',
    };
    const hub = {
      get: () => Promise.resolve(kept.instance),
      history: () => Promise.resolve([row]),
      customStatusChanges: () => Promise.resolve([]),
    } as unknown as TaskHubClient;
    assert.match(await textOf(hub, ['kept']), /"KeptInput":"\\"secret\\""/);
    const without = await textOf(hub, ['kept'], { keptInputs: false });
    assert.doesNotMatch(without, /KeptInput|secret/);
    assert.equal(readExportFile(without)[0]?.history[0]?.EventType, 'TaskScheduled');
    assert.equal(row.KeptInput, '"secret"');
  });

  it('of no instances, and of ids that nobody has, is a file too', async () => {
    const text = await textOf(from.engine, ['nobody']);
    assert.deepEqual(JSON.parse(text), { format: 'durascope/1', exportedAt, instances: [] });
    assert.deepEqual(readExportFile(text), []);
    assert.deepEqual(await importInstances(to.engine, [], 'refuse'), { imported: [], skipped: [], unfinished: [] });
  });

  it('has row and history of one moment, though the instance goes on while it is read', async () => {
    await from.start('Waits', { instanceId: 'w' });
    const { engine } = from;
    let isFirst = true;
    const hub = Object.create(engine, {
      get: { value: (id: string) => engine.get(id) },
      customStatusChanges: { value: (id: string) => engine.customStatusChanges(id) },
      history: {
        value: async (id: string) => {
          if (isFirst) {
            isFirst = false;
            await from.raise('w', 'Go', 1);
          }
          return engine.history(id);
        },
      },
    }) as TaskHubClient;
    const [exported] = readExportFile(await textOf(hub, ['w']));
    assert.equal(exported?.instance.runtimeStatus, 'Completed');
    assert.equal(exported.history.length, exported.instance.historyLength);
  });

  it('is refused with what is wrong with it', async () => {
    await from.start('Tells', { instanceId: 'one', json: 1 });
    const text = await textOf(from.engine, ['one']);
    const changed = (
      change: (file: { instances: Record<string, Record<string, unknown>>[] } & Record<string, unknown>) => void,
    ) => {
      const file = JSON.parse(text) as never;
      change(file);
      return JSON.stringify(file);
    };
    const one = (change: (instance: Record<string, Record<string, unknown>>) => void) =>
      changed((file) => change(file.instances[0] ?? assert.fail()));
    for (const [given, what] of [
      ['', /not JSON/],
      ['{"a":', /not JSON/],
      ['[]', /not a file that Durascope exported/],
      ['null', /not a file that Durascope exported/],
      ['{"format":"durascope/2","instances":[]}', /'durascope\/2', and this version reads 'durascope\/1'/],
      ['{"format":"durascope/1"}', /exportedAt/],
      [changed((file) => file.instances.push(file.instances[0] ?? assert.fail())), /'one' stands in it twice/],
      [changed((file) => file.instances.push(null as never)), /instance 2 of 2/],
      [one((each) => delete each['history']), /instance 1 of 1.*history/],
      [one((each) => ((each['instance'] ?? {})['runtimeStatus'] = 'Asleep')), /runtimeStatus/],
      [one((each) => ((each['instance'] ?? {})['historyLength'] = 99)), /99 history rows/],
    ] as const) {
      assert.match(problemOf(given), what);
    }
  });
});

describe('an import', () => {
  it('finds the ids that are taken, however many and whatever is in them', async () => {
    const hub = await openHub();
    const ids = Array.from({ length: 500 }, (_, i) => `${'ä&? '.repeat(10)}${i}`);
    await hub.engine.importInstances(
      ids.filter((_, i) => i % 7 === 0).map((id) => idle(id)),
      'refuse',
    );
    const conflicts = await conflictsOf(
      hub.engine,
      ids.map((id) => idle(id)),
    );
    assert.deepEqual(
      conflicts,
      ids.filter((_, i) => i % 7 === 0),
    );
    await hub.dispose();
  });

  it('takes new ids that are free in the hub and in the file', async () => {
    const hub = await openHub();
    await hub.engine.importInstances([idle('a'), idle('a-imported'), idle('b')], 'refuse');
    let made = 0;
    const given = [idle('a'), idle('b'), idle('b-imported'), idle('c')];
    const renamed = await withNewIds(hub.engine, given, ['a', 'b'], () => `new${++made}`);
    assert.deepEqual(
      renamed.map(({ instance }) => [instance.instanceId, instance.executionId]),
      [
        ['a-imported-2', 'new1'],
        ['b-imported-2', 'new2'],
        ['b-imported', 'xb-imported'],
        ['c', 'xc'],
      ],
    );
    await hub.dispose();
  });

  it('goes in pieces of bearable size, and tells how far it is', async () => {
    const sizes: number[] = [];
    const hub = {
      importInstances: (instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome> => {
        assert.equal(onConflict, 'skip');
        sizes.push(instances.length);
        return Promise.resolve({ imported: instances.map((each) => each.instance.instanceId), skipped: [] });
      },
    } as unknown as TaskHubClient;
    const told: number[] = [];
    const many = Array.from({ length: 1100 }, (_, i) => idle(`i${i}`));
    await importInstances(hub, [idle('long', 30_000), ...many], 'skip', (done) => told.push(done));
    assert.deepEqual(sizes, [1, 500, 500, 100]);
    assert.deepEqual(told, [1, 501, 1001, 1101]);
  });
});
