import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { EpisodeOutcome } from '../../src/core/ports/function-worker';
import { FrameWriter } from '../../src/workers/node/wire/frames';
import type { EpisodeAsked, ParentMessage } from '../../src/workers/node/wire/messages';
import { firstEvents, timestamp, WorkerFixture, type RunningApp } from './worker-fixture';

/** The rows that the engine stores after an episode with one decision, and the answer that follows. */
class Instance {
  readonly history: HistoryEvent[] = [];
  private second = 1;

  constructor(
    private readonly app: RunningApp,
    readonly instanceId: string,
    private readonly name = 'helloCities',
  ) {}

  start(): Promise<EpisodeOutcome> {
    return this.episode(firstEvents(this.name, null, this.instanceId));
  }

  answer(taskId: number): Promise<EpisodeOutcome> {
    const base = { EventId: -1, IsPlayed: false, Timestamp: timestamp(this.second++) };
    return this.episode([
      { ...base, EventType: 'OrchestratorStarted' },
      { ...base, EventType: 'TaskCompleted', TaskScheduledId: taskId, Result: `"answer ${taskId}"` },
    ]);
  }

  async episode(newEvents: HistoryEvent[]): Promise<EpisodeOutcome> {
    const { instanceId, history } = this;
    const executionId = `e-${instanceId}`;
    const outcome = await this.app.worker.runEpisode({
      instanceId,
      executionId,
      name: this.name,
      history: [...history],
      newEvents,
    });
    history.push(...newEvents);
    const base = { IsPlayed: false, Timestamp: timestamp(this.second++) };
    for (const decision of outcome.decisions) {
      if (decision.type !== 'ScheduleTask') continue;
      history.push({ ...base, EventId: decision.id, EventType: 'TaskScheduled', Name: decision.name, Version: '', Input: null });
    }
    history.push({ ...base, EventId: -1, EventType: 'OrchestratorCompleted' });
    return outcome;
  }
}

describe('episodes through the socket', () => {
  const fixture = new WorkerFixture();
  const asked: EpisodeAsked[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back below
  const { send } = FrameWriter.prototype;
  let app: RunningApp;
  before(async () => {
    FrameWriter.prototype.send = function (this: FrameWriter<ParentMessage>, message: ParentMessage, bytes?: Uint8Array) {
      if (message.type === 'episode') asked.push(message);
      send.call(this, message, bytes);
    } as typeof send;
    app = await fixture.start('commonjs');
  });
  beforeEach(() => void asked.splice(0));
  after(async () => {
    FrameWriter.prototype.send = send;
    await fixture.cleanUp();
  });

  it('send only the rows that the process has not seen', async () => {
    const instance = new Instance(app, 'unseen');
    await instance.start();
    await instance.answer(0);
    const { customStatus } = await instance.answer(1);
    assert.equal(customStatus, '"Seattle"');
    const { decisions } = await instance.answer(2);
    assert.deepEqual(decisions, [
      { type: 'CompleteOrchestration', id: 3, status: 'Completed', result: '["answer 0","answer 1","answer 2"]' },
    ]);
    assert.deepEqual(
      asked.map(({ knownLength, events }) => [knownLength, events.map(({ EventType }) => EventType)]),
      [
        [0, ['OrchestratorStarted', 'ExecutionStarted']],
        [2, ['TaskScheduled', 'OrchestratorCompleted', 'OrchestratorStarted', 'TaskCompleted']],
        [6, ['TaskScheduled', 'OrchestratorCompleted', 'OrchestratorStarted', 'TaskCompleted']],
        [10, ['TaskScheduled', 'OrchestratorCompleted', 'OrchestratorStarted', 'TaskCompleted']],
      ],
    );
  });

  it('send everything again once the instance was forgotten, with the same outcome', async () => {
    const instance = new Instance(app, 'forgotten');
    await instance.start();
    app.worker.forget('forgotten');
    const { decisions } = await instance.answer(0);
    assert.deepEqual(
      decisions.map((decision) => decision.id),
      [1],
    );
    assert.deepEqual(
      asked.map(({ knownLength }) => knownLength),
      [0, 0],
    );
  });

  it('send everything when the same episode is asked again with other events', async () => {
    const instance = new Instance(app, 'again');
    await instance.start();
    const before = [...instance.history];
    await instance.answer(0);
    // The checkpoint was not made: the engine goes back to what it has.
    instance.history.splice(0, Infinity, ...before);
    const { decisions } = await instance.answer(0);
    assert.deepEqual(
      decisions.map((decision) => decision.id),
      [1],
    );
    assert.equal(asked.at(-1)?.knownLength, 0);
  });

  it('send everything of a new generation', async () => {
    const first = new Instance(app, 'generations');
    await first.start();
    const executionId = 'another';
    const newEvents = firstEvents('helloCities', null, 'generations');
    await app.worker.runEpisode({ instanceId: 'generations', executionId, name: 'helloCities', history: [], newEvents });
    assert.deepEqual(
      asked.map(({ knownLength }) => knownLength),
      [0, 0],
    );
  });

  it('of one execution that are asked for at one time keep apart, where a package waits before the code runs', async () => {
    const orchestrator = 'durable-functions/lib/src/orchestrations/Orchestrator';
    const files = {
      // As packages do that trace what runs.
      'src/functions/traced.js': `const { Orchestrator } = require('${orchestrator}');
const df = require('durable-functions');
const { handle } = Orchestrator.prototype;
Orchestrator.prototype.handle = async function (trigger, context) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return handle.call(this, trigger, context);
};
df.app.orchestration('echoed', function* (context) { return context.df.getInput(); });
`,
    };
    const traced = await fixture.start('commonjs', { files });
    const inputs = Array.from({ length: 20 }, (_, n) => n);
    const ends = await Promise.all(
      inputs.map((input) => {
        traced.worker.forget('one');
        return traced.firstEpisode('echoed', input, 'one');
      }),
    );
    assert.deepEqual(
      ends.map(({ decisions: [end] }) => (end?.type === 'CompleteOrchestration' ? end.result : null)),
      inputs.map(String),
    );
  });

  it('of more instances than are kept warm all come to their end', async () => {
    const instances = Array.from({ length: 2_300 }, (_, n) => new Instance(app, `many-${n}`));
    await Promise.all(instances.map((instance) => instance.start()));
    for (const taskId of [0, 1]) await Promise.all(instances.map((instance) => instance.answer(taskId)));
    const ends = await Promise.all(instances.map((instance) => instance.answer(2)));
    assert(ends.every(({ decisions }) => decisions[0]?.type === 'CompleteOrchestration'));
  });

  it('that are bad requests for the function fail the instance by name', async () => {
    const { decisions } = await new Instance(app, 'unknown', 'nobody').start();
    const [end] = decisions;
    assert(end?.type === 'CompleteOrchestration');
    assert.match(end.result ?? '', /'nobody' doesn't exist.*'helloCities', 'waits', 'blocks'/);
  });
});
