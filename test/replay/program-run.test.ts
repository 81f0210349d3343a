import assert from 'node:assert/strict';
import type { Decision } from '../../src/core/decisions';
import type { HistoryEvent } from '../../src/core/history';
import type { AskedProgram, ProgramAnswer } from '../../src/core/ports/connected-replays';
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
