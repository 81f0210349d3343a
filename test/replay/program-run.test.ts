import assert from 'node:assert/strict';
import type { Decision } from '../../src/core/decisions/decisions';
import type { HistoryEvent } from '../../src/core/history/history';
import type { AskedProgram, ProgramAnswer } from '../../src/core/ports/connected-replays';
import { WorkItems } from '../../src/replay/work-items';
import { runThroughProgram } from '../../src/replay/program-run';

const base = { EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z' };

/** A chain of activities, one after the other. */
function chainHistory(length: number): HistoryEvent[] {
  const history: HistoryEvent[] = [
    { EventType: 'OrchestratorStarted', ...base },
    {
      EventType: 'ExecutionStarted',
      ...base,
      OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
      Name: 'Chain',
      Version: '',
      Input: null,
    },
  ];
  for (let id = 1; id <= length; id++) {
    history.push(
      { EventType: 'TaskScheduled', ...base, EventId: id, Name: `A${id}`, Version: '', Input: null },
      { EventType: 'OrchestratorStarted', ...base },
      { EventType: 'TaskCompleted', ...base, TaskScheduledId: id, Result: String(id) },
    );
  }
  history.push({ EventType: 'ExecutionCompleted', ...base, EventId: length + 1, OrchestrationStatus: 'Completed', Result: '1' });
  return history;
}

/** The code of such a chain, as an SDK runs it; `nameOf` what the call with the number is called now. */
class ChainProgram implements AskedProgram {
  readonly runner = 'connected Python program';
  canRefuse = true;
  questions = 0;
  rowsSent = 0;

  constructor(
    private readonly history: readonly HistoryEvent[],
    private readonly length: number,
    private readonly nameOf: (id: number) => string = (id) => `A${id}`,
  ) {}

  ask(rows: number, withScheduled: boolean): Promise<ProgramAnswer> {
    this.questions++;
    this.rowsSent += rows;
    const given = this.history.slice(0, rows);
    const done = given.filter((event) => event.EventType === 'TaskCompleted').length;
    if (withScheduled) {
      assert.ok(this.canRefuse, 'such a program ends when a row does not fit');
      const wrong = given.find((event) => event.EventType === 'TaskScheduled' && event.Name !== this.nameOf(event.EventId));
      if (wrong !== undefined) return Promise.resolve({ decisions: [failure], customStatus: null });
    }
    const decisions: Decision[] = [];
    for (let id = 1; id <= Math.min(done + 1, this.length); id++)
      decisions.push({ type: 'ScheduleTask', id, name: this.nameOf(id), input: null });
    if (done >= this.length)
      decisions.push({ type: 'CompleteOrchestration', id: this.length + 1, status: 'Completed', result: '1' });
    return Promise.resolve({ decisions, customStatus: String(done) });
  }

  close(): void {
    // Nothing is under way.
  }
}

const failure: Decision = {
  type: 'CompleteOrchestration',
  id: -1,
  status: 'Failed',
  result: null,
  failureDetails: { ErrorType: 'NonDeterminismError', ErrorMessage: 'a previous execution ...', IsNonRetriable: true },
};

const request = (history: readonly HistoryEvent[]) => ({ instanceId: 'i', executionId: 'e', functionName: 'Chain', history });

describe('a run through a program', () => {
  it('asks for a history of 10,000 rows in bounded work, and for what is looked at when it is', async () => {
    const history = chainHistory(3333);
    const program = new ChainProgram(history, 3333);
    const { run, moment } = await runThroughProgram(request(history), program).then((made) => ({
      run: made.run,
      moment: (index: number) => made.moment(index),
    }));
    assert.equal(run.moments.length, 3334);
    assert.equal(run.end.type, 'completed');
    assert.equal(run.disagreement, null);
    assert.ok(program.rowsSent < 200_000, `${program.rowsSent} rows were sent`);
    assert.match(run.notes.join(' '), /long/);
    assert.deepEqual(
      run.moments.map(({ decisions }) => decisions.length),
      [...run.moments.keys()].map(() => 1),
    );
    const before = program.questions;
    assert.equal((await moment(2000)).customStatus, '2000');
    assert.equal((await moment(1999)).customStatus, '1999');
    assert.equal(program.questions, before + 2);
    await moment(2000);
    assert.equal(program.questions, before + 2);
  });

  it('finds the row of a divergence late in a long history', async () => {
    const history = chainHistory(3333);
    const program = new ChainProgram(history, 3333, (id) => (id === 2500 ? 'Renamed' : `A${id}`));
    const { run } = await runThroughProgram(request(history), program);
    assert.equal(run.disagreement?.row.EventId, 2500);
    assert.equal(run.disagreement.found?.id, 2500);
    assert.equal(run.moments.length, 2500);
    assert.ok(program.rowsSent < 500_000, `${program.rowsSent} rows were sent`);
  });

  it('finds that the code ends early in a long history', async () => {
    const history = chainHistory(3333);
    const { run } = await runThroughProgram(request(history), new ChainProgram(history, 3000));
    assert.equal(run.disagreement?.row.EventId, 3001);
    assert.equal(run.disagreement.found, null);
    assert.equal(run.end.type, 'completed');
  });

  it('finds what is missing or renamed without a program that can refuse rows, late in a long history too', async () => {
    for (const length of [40, 3333]) {
      const history = chainHistory(length);
      const odd = length - 20;
      const renamed = new ChainProgram(history, length, (id) => (id === odd ? 'Renamed' : `A${id}`));
      renamed.canRefuse = false;
      const { run } = await runThroughProgram(request(history), renamed);
      assert.deepEqual([run.disagreement?.row.EventId, run.disagreement?.found?.id], [odd, odd]);
      assert.equal(run.moments.length, odd);
      const same = new ChainProgram(history, length);
      same.canRefuse = false;
      assert.equal((await runThroughProgram(request(history), same)).run.disagreement, null);
    }
  });

  it('finds what an SDK that compares no names lets pass, late in a long history', async () => {
    const history = chainHistory(3333);
    const program = new ChainProgram(history, 3333, (id) => (id === 2500 ? 'Renamed' : `A${id}`));
    const lax: AskedProgram = {
      runner: 'connected Python program',
      canRefuse: true,
      ask: (rows) => program.ask(rows, false),
      close: () => undefined,
    };
    assert.equal((await runThroughProgram(request(history), lax)).run.disagreement?.row.EventId, 2500);
  });

  it('shows work that is asked for again under its old id, where the history has it again', async () => {
    const history = chainHistory(1);
    // The activity fails, and is scheduled under the same id once a timer has fired.
    const rows: HistoryEvent[] = [
      { EventType: 'TaskFailed', ...base, TaskScheduledId: 1, Reason: 'again', Details: '' },
      { EventType: 'TimerCreated', ...base, EventId: 2, FireAt: base.Timestamp },
      { EventType: 'OrchestratorCompleted', ...base },
      { EventType: 'OrchestratorStarted', ...base },
      { EventType: 'TimerFired', ...base, TimerId: 2, FireAt: base.Timestamp },
      { EventType: 'TaskScheduled', ...base, EventId: 1, Name: 'A1', Version: '', Input: null },
      { EventType: 'OrchestratorCompleted', ...base },
      { EventType: 'OrchestratorStarted', ...base },
    ];
    history.splice(4, 0, ...rows);
    const [first, timer, call, end]: Decision[] = [
      { type: 'ScheduleTask', id: 1, name: 'A1', input: null },
      { type: 'CreateTimer', id: 2, fireAt: base.Timestamp },
      { type: 'ScheduleTask', id: 3, name: 'A3', input: null },
      { type: 'CompleteOrchestration', id: 4, status: 'Completed', result: '1' },
    ] as const;
    const retrying: AskedProgram = {
      runner: 'connected Python program',
      canRefuse: true,
      ask: (count) => {
        const given = history.slice(0, count).map(({ EventType }) => EventType);
        const asked = [
          first,
          ...(given.includes('TaskFailed') ? [timer] : []),
          ...(given.includes('TaskCompleted') ? [call, end] : []),
        ];
        return Promise.resolve({ decisions: asked, customStatus: null });
      },
      close: () => undefined,
    };
    const { run } = await runThroughProgram(request(history), retrying);
    assert.deepEqual(
      run.moments.map(({ decisions }) => decisions.map(({ id }) => id)),
      [[1], [2], [1], [3, 4]],
    );
    const work = new WorkItems(run.moments, history);
    assert.deepEqual(
      run.moments.map((_, index) => work.at(index).map(({ id, attempt, sinceRow }) => [id, attempt, sinceRow])),
      [[[1, 1, 2]], [[2, 1, 5]], [[1, 2, 9]], [[3, 1, null]]],
    );
  });

  it('has the same moments whether asked for at once or one by one', async () => {
    const history = chainHistory(40);
    const whole = await runThroughProgram(request(history), new ChainProgram(history, 40));
    const bit = await runThroughProgram(request(history), new ChainProgram(history, 40), 100);
    for (const index of whole.run.moments.keys()) {
      const { decisions, ...one } = await whole.moment(index);
      const { decisions: told, ...other } = await bit.moment(index);
      assert.deepEqual(other, one);
      assert.deepEqual(
        told.map(({ id, type }) => [id, type]),
        decisions.map(({ id, type }) => [id, type]),
      );
    }
  });
});
