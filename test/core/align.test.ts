import assert from 'node:assert/strict';
import { alignHistories, type Alignment } from '../../src/core/history/align';
import type { HistoryEvent } from '../../src/core/history/history';
import {
  completed,
  ended,
  failed,
  fired,
  helloCities,
  raised,
  rest,
  scheduled,
  started,
  story,
  timer,
  turn,
} from '../webview/histories';

/** `left name|right name: aspects`, with ~ before what is incidental. */
function told({ rows }: Alignment): string[] {
  return rows.map(({ left, right, differences }) => {
    const names = left?.name === right?.name ? left?.name : `${left?.name ?? '-'}|${right?.name ?? '-'}`;
    const aspects = differences.map(({ aspect, isIncidental }) => (isIncidental ? `~${aspect}` : aspect));
    return [names, ...aspects].join(' ');
  });
}

const first = (alignment: Alignment): unknown =>
  alignment.first === null ? null : [told(alignment)[alignment.first.row], alignment.first.aspect];

const call = (id: number, name: string, result: string) => [turn, scheduled(id, name), rest, turn, completed(id, result)];

describe('two histories side by side', () => {
  it('finds no difference in runs that differ in ids, times and turns only', () => {
    const later = helloCities.map((event) => ({ ...event, Timestamp: event.Timestamp.replace('2024', '2025') }));
    const shifted: HistoryEvent[] = later.map((event) => {
      if (event.EventType === 'TaskScheduled') return { ...event, EventId: event.EventId + 7 };
      return event.EventType === 'TaskCompleted' ? { ...event, TaskScheduledId: event.TaskScheduledId + 7 } : event;
    });
    const alignment = alignHistories(helloCities, shifted);
    assert.equal(alignment.first, null);
    assert.equal(alignment.rows.length, 5);
    assert.ok(alignment.rows.every(({ differences }) => differences.length === 0));
  });

  it('names the result with which two runs part before what follows from it', () => {
    const run = (price: string, then: string) =>
      story(turn, started(), ...call(0, 'Quote', price), ...call(1, then, '1'), turn, ended(2, '1'), rest);
    const alignment = alignHistories(run('10', 'Accept'), run('900', 'Reject'));
    assert.deepEqual(told(alignment), ['HelloCities', 'Quote result', 'Accept|Reject name', 'Completed']);
    assert.deepEqual(first(alignment), ['Quote result', 'result']);
  });

  it('does not take what comes back late for the first difference', () => {
    const run = (a: string, input: string) =>
      story(
        ...[turn, started(), scheduled(0, 'Slow'), { ...scheduled(1, 'Quick'), Input: '1' }, rest],
        ...[turn, completed(1, '1'), { ...scheduled(2, 'Next'), Input: input }, rest, turn, completed(0, a), rest],
      );
    assert.deepEqual(first(alignHistories(run('1', '5'), run('2', '6'))), ['Next input', 'input']);
  });

  it('sets an added call apart, and a moved one beside itself', () => {
    const of = (...names: string[]) => story(turn, started(), ...names.flatMap((name, id) => call(id, name, '1')));
    assert.deepEqual(told(alignHistories(of('A', 'C', 'D'), of('A', 'B', 'C', 'D'))), ['HelloCities', 'A', '-|B only', 'C', 'D']);
    const moved = alignHistories(of('A', 'B', 'C'), of('B', 'C', 'A'));
    assert.deepEqual(told(moved), ['HelloCities', 'A order ~arrival', 'B', 'C']);
    assert.deepEqual(first(moved), ['A order ~arrival', 'order']);
  });

  it('says how a race went: the timer of the one, the event of the other', () => {
    const race = [turn, started(), timer(0, 90), rest, turn];
    const inTime = story(...race, raised('Approval'), ended(1, '"yes"'), rest);
    const tooLate = story(...race, fired(0, 90), ended(1, '"no"'), rest);
    const alignment = alignHistories(inTime, tooLate);
    assert.deepEqual(told(alignment), ['HelloCities', 'Timer state', 'Approval|- only', 'Completed result']);
    assert.equal(alignment.first?.row, 1);
  });

  it('shows what came in another order without calling it a difference', () => {
    const group = [turn, started(), scheduled(0, 'A'), scheduled(1, 'B'), rest];
    const one = story(...group, turn, completed(0, '1'), completed(1, '2'), raised('E'), rest);
    const two = story(...group, turn, raised('E'), rest, turn, completed(1, '2'), rest, turn, completed(0, '1'), rest);
    const alignment = alignHistories(one, two);
    assert.equal(alignment.first, null);
    assert.deepEqual(told(alignment), ['HelloCities', 'A ~arrival', 'B', 'E']);
  });

  it('tells identifiers and times in payloads from what was meant', () => {
    const run = (id: string, at: string, amount: number) =>
      story(
        { ...turn },
        { ...started(), OrchestrationInstance: { InstanceId: id, ExecutionId: id } },
        { ...scheduled(0, 'Charge'), Input: JSON.stringify({ order: `order of ${id}`, at, amount }) },
        rest,
      );
    const one = run('instance-one', '2024-01-01T00:00:00Z', 5);
    assert.deepEqual(told(alignHistories(one, run('instance-two', '2024-02-01T10:00:00Z', 5))), ['HelloCities', 'Charge ~input']);
    assert.deepEqual(told(alignHistories(one, run('instance-two', '2024-02-01T10:00:00Z', 6))), ['HelloCities', 'Charge input']);
  });

  it('compares attempts, delays, failures and ends, and inputs only where both histories have them', () => {
    const failing = story(
      turn,
      started(),
      timer(0, 60),
      scheduled(1, 'Pay'),
      rest,
      turn,
      failed(1, 'no'),
      ended(2, 'no', 'Failed'),
    );
    const fine = story(
      ...[
        turn,
        started(),
        timer(0, 3600),
        { ...scheduled(1, 'Pay'), Input: '1' },
        rest,
        turn,
        failed(1, 'no'),
        timer(3, 9),
        rest,
      ],
      ...[turn, fired(3, 9), scheduled(4, 'Pay'), rest, turn, completed(4, '1'), ended(5, '1'), rest],
    );
    assert.deepEqual(told(alignHistories(failing, fine)), [
      'HelloCities',
      'Timer delay',
      'Pay attempts state',
      'Failed|Completed name state',
    ]);
  });

  it('comes to an end with long histories, also with such that have little in common', () => {
    const long = (name: (n: number) => string) =>
      story(turn, started(), ...Array.from({ length: 10_000 }, (_, n) => scheduled(n, name(n))), rest);
    const same = alignHistories(
      long((n) => `F${n % 7}`),
      long((n) => `F${n % 7}`),
    );
    assert.equal(same.first, null);
    const other = alignHistories(
      long((n) => `F${n % 7}`),
      long((n) => `F${(n * n) % 11}`),
    );
    assert.ok(other.first !== null);
  });
});
