/** Which yields and branches kept runs have reached, how often, and how long they waited there. */
import assert from 'node:assert/strict';
import { yieldsInText } from '../../src/analysis/source/yields-in-text';
import { Visits } from '../../src/vscode/models/yield-coverage';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';

const text = `const df = require('durable-functions');
df.app.orchestration('Transfer', function* (context) {
  yield context.df.callActivity('Debit');
  try {
    yield context.df.callActivity('Credit');
  } catch (error) {
    yield context.df.callActivity('Refund');
  }
  if (context.df.getInput()) {
    return yield* helper(context);
  } else {
    log('nothing waits here');
  }
  switch (1) { case 1: yield context.df.createTimer(later); break; default: }
});
`;
const place = (line: number) => ({ name: 'f', place: { file: '/a.js', line, column: 3 }, note: null });

/** Waits at these lines, each for so many seconds. */
function timeline(...waits: [number, number][]): Pick<ReplayTimeline, 'steps' | 'history'> {
  const history: { Timestamp: string }[] = [{ Timestamp: '2026-01-01T00:00:00Z' }];
  const steps: unknown[] = [];
  let at = Date.UTC(2026, 0, 1);
  for (const [line, seconds] of waits) {
    steps.push({ frames: [place(line)], rows: { from: steps.length, to: steps.length + 1 } });
    at += seconds * 1000;
    history.push({ Timestamp: new Date(at).toISOString() });
  }
  steps.push({ frames: [], rows: { from: steps.length, to: steps.length + 1 } });
  return { steps, history } as unknown as ReplayTimeline;
}

describe('the coverage of yields', () => {
  const known = yieldsInText('/a.js', text);
  assert.ok(known !== null);

  it('finds the yields, and the branches that hold some', () => {
    assert.deepEqual(
      known.yields.map(({ startLine1 }) => startLine1),
      [3, 5, 7, 10, 14],
    );
    assert.deepEqual(
      known.branches.map(({ kind, yields }) => [kind, yields]),
      [
        ['catch', [2]],
        ['if', [3]],
        ['case', [4]],
      ],
    );
  });

  it('tells counts, medians, and what no run has reached', () => {
    const visits = new Visits();
    visits.add(timeline([3, 1], [5, 2]));
    visits.add(timeline([3, 3], [5, 2], [7, 60]));
    visits.add(timeline([3, 2]));
    const { yields, branches } = visits.of('/a.js', known);
    assert.deepEqual(
      yields.map(({ text: each }) => each.replace(/ · .*$/, '')),
      ['3×, median 2.0 s', '2×, median 2.0 s', '1×, 1 m 00 s', 'never reached', 'never reached'],
    );
    assert.deepEqual(yields[0]?.text, "3×, median 2.0 s · callActivity('Debit')");
    assert.deepEqual(yields[3]?.text, 'never reached · helper(context)');
    assert.deepEqual(
      branches.map(({ branch, count }) => [branch.kind, count]),
      [
        ['catch', 1],
        ['if', 0],
        ['case', 0],
      ],
    );
    assert.deepEqual(visits.files, ['/a.js']);
  });

  it('says nothing of what is no program, and of files without yields', () => {
    assert.equal(yieldsInText('/a.js', 'function* ( { yield'), null);
    assert.deepEqual(yieldsInText('/a.js', 'let a = 1;'), { yields: [], branches: [] });
  });
});
