import assert from 'node:assert/strict';
import { lineHints, replayed, waitingTitle } from '../../src/vscode/models/waiting-places';
import { row, ScriptedTimeline } from '../support/scripted-timeline';

const file = '/app/order.ts';
const history = [row.turn(), row.started('Order'), row.scheduled(0, 'Work'), row.completed(0, 'one')];

/** Has waited at line 5, and waits at `line`; 0: it has ended. */
function instance(instanceId: string, line: number) {
  return new ScriptedTimeline({
    ...{ instanceId, functionName: 'Order', file, history },
    steps: [
      { lines: [5], rows: { from: 0, to: 2 }, decisions: [{ type: 'ScheduleTask', id: 0, name: 'Work', input: null }] },
      { lines: line === 0 ? [] : [line], rows: { from: 2, to: 4 }, kind: line === 0 ? 'completed' : 'waiting' },
    ],
  });
}

describe('what stands at the lines of orchestrators', () => {
  it('is how many instances wait there, and what came of the line in the one updated last', () => {
    const running = [instance('a', 9), instance('b', 9), instance('c', 5), instance('d', 0)].map(replayed);
    const hints = lineHints(running, [replayed(instance('d', 0)), replayed(instance('a', 9))], false);
    assert.deepEqual(
      hints.map(({ line1, waiting, instanceIds, last }) => [line1, waiting, instanceIds, last?.text.split(' · ')[0]]),
      [
        [9, '2 here', ['a', 'b'], undefined],
        [5, '1 here', ['c'], '"one"'],
      ],
    );
    assert.deepEqual(hints.map(waitingTitle), ['2 instances wait here', '1 instance waits here']);
  });

  it('says that there may be more where not all were looked at', () => {
    assert.equal(lineHints([replayed(instance('a', 9))], [], true)[0]?.waiting, '1+ here');
  });

  it('is nothing where the line is not known for sure', () => {
    const unsure = instance('a', 9);
    const [, last] = unsure.steps;
    assert.ok(last !== undefined);
    Object.assign(last, { frames: [{ name: 'Order', place: { file, line: 1, column: 1 }, note: 'Where it begins.' }] });
    assert.equal(replayed(unsure).waitsAt, null);
    assert.deepEqual(lineHints([], [], false), []);
  });
});
