import assert from 'node:assert/strict';
import type { BrokenInstance } from '../../src/replay/check-running';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import {
  breakingLines,
  fixesOf,
  runOnQuestion,
  stillBroken,
  summaryLines,
  summaryText,
} from '../../src/vscode/models/running-check-report';
import { instanceRow } from '../support/instance-row';

const broken = (instanceId: string, line: number | null, functionName = 'Order'): BrokenInstance => ({
  instanceId,
  functionName,
  divergence: {
    rowIndex: 2,
    recorded: 'activity A #0',
    actual: 'activity B #0',
    place: line === null ? null : { file: '/app/order.js', line, column: 3 },
    cause: 'renamedCall',
    message: 'Recorded is A, now comes B.',
  },
});

describe('the report on running instances', () => {
  it('offers at a problem the place where an instance and the code part, its replay, the others and what the cause means', () => {
    const [one, more] = breakingLines([broken('a', 4), broken('b', 9), broken('c', 9)]);
    const offered = (line: typeof one) =>
      line === undefined ? [] : fixesOf(line).map(({ title, arguments: given }) => [title, ...given]);
    assert.deepEqual(offered(one), [
      ['Show where a and the code part', 'a'],
      ['Step through the replay of a', 'a'],
      ['Explain: renamed call', 'renamedCall'],
    ]);
    assert.deepEqual(offered(more)[2], ['List all 2 running instances']);
  });

  it('has one problem a line and cause, which names the instances', () => {
    const lines = breakingLines([broken('a', 4), broken('b', 4), broken('c', 9), broken('d', null)]);
    assert.deepEqual(
      lines.map((each) => [each.place?.line, each.instanceIds]),
      [
        [4, ['a', 'b']],
        [9, ['c']],
        [undefined, ['d']],
      ],
    );
    assert.equal(lines[0]?.message, '2 running instances would fail with this code: a, b. Recorded is A, now comes B.');
    assert.equal(lines[1]?.message, 'The running instance c would fail with this code. Recorded is A, now comes B.');
  });

  it('names no more than five', () => {
    const [line] = breakingLines(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => broken(id, 4)));
    assert.match(line?.message ?? '', /^7 running instances .*: a, b, c, d, e and 2 more\. /);
  });

  it('sums up, and says nothing when nothing breaks', () => {
    const check = { checked: 3, broken: [broken('a', 4), broken('b', null, 'Other')], isPartial: true, notes: [] };
    assert.equal(summaryText(check), '2 running instances would break');
    assert.deepEqual(summaryLines(check), [
      'Their histories no longer replay with the code as it is now.',
      'Order, line 4: renamed call (1)',
      'Other: renamed call (1)',
      'Looked at the 3 newest.',
    ]);
    assert.equal(summaryText({ ...check, broken: [] }), null);
  });

  it('is withdrawn for what has ended, begun anew or gone', () => {
    const [first] = [broken('a', 4)];
    const all = [first, broken('b', 4), broken('c', 4), broken('d', 4)];
    const changes: HubChange[] = [
      { type: 'instance', row: instanceRow({ instanceId: 'a' }), newEvents: [], historyReplaced: false },
      {
        type: 'instance',
        row: instanceRow({ instanceId: 'b', runtimeStatus: 'Terminated' }),
        newEvents: [],
        historyReplaced: false,
      },
      { type: 'instance', row: instanceRow({ instanceId: 'c' }), newEvents: [], historyReplaced: true },
      { type: 'purged', instanceId: 'd' },
      { type: 'resync' },
    ];
    assert.deepEqual(stillBroken(all, changes), [first]);
    assert.equal(stillBroken(all, []), all);
  });

  it('is asked about before something lets such an instance run on', () => {
    const { question, detail, answers } = runOnQuestion([broken('a', 4), broken('b', 4)], 'Raise');
    assert.match(question, /a would fail with the code as it is now\.$/);
    assert.match(detail, /So would 1 more\.$/);
    assert.deepEqual(
      answers.map(({ label }) => label),
      ['Show Where They Part', 'Raise Anyway'],
    );
  });
});
