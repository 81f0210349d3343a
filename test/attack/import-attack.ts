/** Files as nobody exported them: what is refused changes nothing, and what is taken reads back, can be acted on and exported again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DurascopeError } from '../../src/core/values/errors';
import { exportPieces, readExportFile } from '../../src/emulator/transfer/export-file';
import { importInstances } from '../../src/emulator/transfer/import-instances';
import { TestHub } from '../support/test-hub';
import { bends, bent } from './bent-json';

const exportedAt = '2026-01-01T00:00:00.000Z';

function openHub(): Promise<TestHub> {
  return TestHub.open({
    scripts: {
      *Parent(context) {
        context.setStatus({ says: context.input });
        yield context.activity('Hello', context.input);
        return yield context.child('Child', 'x', { instanceId: 'the/child' });
      },
      *Child(context) {
        yield context.timer(context.nowMs + 1000);
        return yield context.waitEvent('Go');
      },
    },
    activities: { Hello: (name) => name },
  });
}

async function textOf(hub: TestHub, ids: readonly string[]): Promise<string> {
  let text = '';
  for await (const piece of exportPieces(hub.engine, ids, exportedAt)) text += piece;
  return text;
}

/** Resolves with how many of the files were taken. */
export async function attackImports({ seed, numRuns }: { seed: number; numRuns: number }): Promise<number> {
  const from = await openHub();
  await from.start('Parent', { instanceId: 'parent', input: '1' });
  await from.quiet();
  const good = JSON.parse(await textOf(from, ['parent', 'the/child'])) as unknown;
  await from.dispose();
  const text = fc.oneof(
    { weight: 20, arbitrary: bends.map((changes) => JSON.stringify(bent(good, changes))) },
    { weight: 1, arbitrary: fc.tuple(bends, fc.nat()).map(([changes, at]) => cut(JSON.stringify(bent(good, changes)), at)) },
    { weight: 1, arbitrary: fc.json() },
  );
  const conflicts = fc.constantFrom('refuse', 'skip', 'replace' as const);
  let hub = await openHub();
  let taken = 0;
  try {
    await fc.assert(
      fc.asyncProperty(text, conflicts, async (file, onConflict) => {
        let instances;
        try {
          instances = readExportFile(file);
        } catch (error) {
          assert.ok(DurascopeError.is(error, 'InvalidArgument'), String(error));
          return;
        }
        try {
          await importInstances(hub.engine, instances, onConflict);
        } catch (error) {
          assert.ok(DurascopeError.is(error, 'InvalidArgument') || DurascopeError.is(error, 'InstanceExists'), String(error));
          return;
        }
        taken++;
        const ids = instances.map(({ instance }) => instance.instanceId);
        for (const id of ids) {
          const row = await hub.engine.get(id);
          assert.ok(row !== undefined, id);
          assert.equal((await hub.engine.history(id)).length, row.historyLength);
          await hub.engine.waitingFor(id);
        }
        assert.equal(readExportFile(await textOf(hub, ids)).length, ids.length);
        if (taken % 200 !== 0) return;
        // Told to end, every one of them does, or says why not.
        for (const id of ids) {
          await hub.engine.terminate(id, null).catch((error: unknown) => assert.ok(DurascopeError.is(error), String(error)));
        }
        await hub.quiet();
        await hub.dispose();
        hub = await openHub();
      }),
      { seed, numRuns },
    );
  } finally {
    await hub.dispose();
  }
  return taken;
}

function cut(text: string, at: number): string {
  const place = at % text.length;
  return at % 2 === 0 ? text.slice(0, place) : text.slice(0, place) + text.slice(place + 1);
}
