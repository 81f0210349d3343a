/**
 * A task hub of a size that hurts, made by the engine and the store: `tsx bench/load-hub.ts DIR [--instances N] [--rows N]`. 100,000
 * instances of several orchestrators and ends, and one with a history of 100,000 rows. Prints one JSON line.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { HistoryEvent } from '../src/core/history/history';
import type {
  ActivityOutcome,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../src/core/ports/function-worker';
import { SystemClock } from '../src/emulator/time/system-clock';
import { Engine } from '../src/engine/engine';
import { SqlJsHistoryStore } from '../src/store/sql-js-history-store';

/** Rows that a sequence of activities makes: three at the start, four a result and the completion. */
const rowsOfSequence = (activities: number): number => 4 + 4 * activities;

/** The orchestrators, by number of activities in a row; `Waits` waits for an event instead. */
const orchestrators = ['HelloCities', 'CheckOut', 'Ship', 'Invoice', 'Nightly', 'Waits', 'Long'];

/** Answers as a worker does, without running any code: each orchestrator is so many activities in a row as its input says. */
class SequenceWorker implements FunctionWorker {
  readonly profile = 'A';

  functions(): readonly FunctionDescriptor[] {
    return [
      ...orchestrators.map((name) => ({ name, type: 'orchestrator' as const, triggerType: 'orchestrationTrigger' })),
      { name: 'SayHello', type: 'activity', triggerType: 'activityTrigger' },
    ];
  }

  runEpisode({ name, history, newEvents }: EpisodeRequest): Promise<EpisodeOutcome> {
    return Promise.resolve(outcomeOf(name, history, newEvents));
  }

  runActivity(): Promise<ActivityOutcome> {
    return Promise.resolve({ ok: true, result: '"Hello Tokyo!"' });
  }

  forget(): void {
    // Keeps nothing.
  }
}

function outcomeOf(name: string, history: readonly HistoryEvent[], newEvents: readonly HistoryEvent[]): EpisodeOutcome {
  const started = (history.find(isStarted) ?? newEvents.find(isStarted))?.Input ?? '1';
  const results = newEvents.filter((event) => event.EventType === 'TaskCompleted');
  const id = (results.at(-1)?.TaskScheduledId ?? -1) + 1;
  const customStatus = id % 3 === 0 ? '{"city":"Tokyo"}' : '{"city":"London"}';
  if (name === 'Waits') return { decisions: [], customStatus: '"waiting for a human"', awaitedEvents: ['Approval'] };
  if (id < Number(started)) {
    return {
      decisions: [{ type: 'ScheduleTask', id, name: 'SayHello', input: '["Tokyo"]' }],
      customStatus: name === 'Long' ? null : customStatus,
      awaitedEvents: [],
    };
  }
  const fails = name === 'Invoice';
  return {
    decisions: [
      fails
        ? {
            type: 'CompleteOrchestration',
            id,
            status: 'Failed',
            result: 'the printer is on fire',
            failureDetails: {
              ErrorType: 'Error',
              ErrorMessage: 'the printer is on fire',
              StackTrace: null,
              IsNonRetriable: false,
            },
          }
        : { type: 'CompleteOrchestration', id, status: 'Completed', result: '["Hello Tokyo!"]' },
    ],
    customStatus: name === 'Long' ? null : customStatus,
    awaitedEvents: [],
  };
}

const isStarted = (event: HistoryEvent): event is Extract<HistoryEvent, { EventType: 'ExecutionStarted' }> =>
  event.EventType === 'ExecutionStarted';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      instances: { type: 'string', default: '100000' },
      rows: { type: 'string', default: '100000' },
      snapshot: { type: 'boolean', default: false },
    },
  });
  const [dir] = positionals;
  if (dir === undefined) throw new Error('Name the data folder to fill.');
  const count = Number(values.instances);
  const store = new SqlJsHistoryStore({
    dir,
    log: (entry) => console.error(entry.message),
    // Else idle moments make one in between: here the flag decides.
    compactAtBytes: Number.MAX_SAFE_INTEGER,
  });
  const newId = (): string => randomUUID().replaceAll('-', '');
  const engine = new Engine({ store, clock: new SystemClock(), newId, log: (entry) => console.error(entry.message) });
  await engine.open();
  engine.setWorker(new SequenceWorker());
  const startedAt = performance.now();
  const activities = Math.ceil((Number(values.rows) - rowsOfSequence(0)) / 4);
  await engine.start({ name: 'Long', instanceId: 'long-history', input: String(activities) });
  const end = await engine.waitForCompletion('long-history', 3_600_000);
  for (let from = 0; from < count; from += 1000) {
    const size = Math.min(1000, count - from);
    const started = await Promise.all(
      Array.from({ length: size }, (_, i) => {
        const at = from + i;
        // One in a thousand waits for ever.
        const name = at % 1000 === 999 ? 'Waits' : (orchestrators[at % 5] ?? 'Ship');
        return engine.start({ name, instanceId: `order-${at}`, input: String(1 + (at % 3)) });
      }),
    );
    await Promise.all(
      started.map(async ({ instanceId }, i) => {
        if ((from + i) % 1000 !== 999) await engine.waitForCompletion(instanceId, 3_600_000);
      }),
    );
  }
  const counts = await engine.countByStatus();
  const seconds = (performance.now() - startedAt) / 1000;
  if (values.snapshot) await store.compact();
  const bytes = store.bytesOnDisk();
  // A snapshot at the end is what the flag asks for, and only then.
  if (values.snapshot) await engine.stop();
  console.log(JSON.stringify({ counts, rows: end.historyLength, seconds, bytes }));
  process.exit(0);
}

void main();
