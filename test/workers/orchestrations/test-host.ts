/**
 * A host just big enough for one instance: runs an episode for each batch of messages and commits its decisions as
 * spec/engine.md 2.2 to 2.8 say. Times are made up: a second passes between episodes.
 */
import type { Decision } from '../../../src/core/decisions/decisions';
import type {
  EventRaised,
  ExecutionStarted,
  FailureDetails,
  HistoryEvent,
  InboundEvent,
} from '../../../src/core/history/history';
import type { EpisodeOutcome } from '../../../src/core/ports/function-worker';
import type { OrchestrationStatus } from '../../../src/core/values/status';
import { isTerminal } from '../../../src/core/values/status';
import { fromTimestamp, toTimestamp } from '../../../src/core/values/time';
import type { OrchestrationRunner } from '../../../src/workers/node/child/orchestrations/orchestration-runner';

export interface StartOptions {
  instanceId?: string;
  name?: string;
  input?: unknown;
  parentInstanceId?: string;
  /** Hand everything over at every episode, as after a restart. */
  forgetful?: boolean;
}

export class TestHost {
  history: HistoryEvent[] = [];
  executionId = '';
  status: OrchestrationStatus = 'Running';
  output: string | null = null;
  customStatus: string | null = null;
  awaited: readonly string[] = [];
  outcomes: EpisodeOutcome[] = [];
  sent: { id: number; input: string | null }[] = [];
  nowMs = Date.UTC(2024, 0, 1);
  /** True when the worker had to be asked again with the whole history. */
  askedAgain = 0;
  readonly instanceId: string;

  private readonly name: string;
  private generations = 0;
  private given = 0;

  constructor(
    readonly runner: OrchestrationRunner,
    private readonly options: StartOptions = {},
  ) {
    this.instanceId = options.instanceId ?? 'abc';
    this.name = options.name ?? 'Orchestration';
  }

  /** The first episode: ExecutionStarted and what came with it. */
  async start(...more: InboundEvent[]): Promise<this> {
    const { input, parentInstanceId } = this.options;
    this.newGeneration();
    const started: ExecutionStarted = {
      ...this.base('ExecutionStarted'),
      EventType: 'ExecutionStarted',
      OrchestrationInstance: { InstanceId: this.instanceId, ExecutionId: this.executionId },
      ParentInstance:
        parentInstanceId === undefined
          ? null
          : {
              Name: 'Parent',
              Version: '',
              TaskScheduleId: 0,
              OrchestrationInstance: { InstanceId: parentInstanceId, ExecutionId: 'parent-execution' },
            },
      Name: this.name,
      Version: '',
      Input: input === undefined ? null : JSON.stringify(input),
    };
    return this.episode(started, ...more);
  }

  /** One episode for one batch of messages. Messages for a finished instance are dropped. */
  async episode(...inbound: InboundEvent[]): Promise<this> {
    if (isTerminal(this.status)) return this;
    this.tick(1000);
    const now = toTimestamp(this.nowMs);
    const newEvents: HistoryEvent[] = [{ ...this.base('OrchestratorStarted'), EventType: 'OrchestratorStarted' }];
    for (const event of inbound) newEvents.push({ ...event, Timestamp: now });
    await this.run(newEvents);
    return this;
  }

  /** Asks for the outcome of the coming episode without committing it. */
  async ask(newEvents: readonly HistoryEvent[]): Promise<EpisodeOutcome> {
    const { runner, instanceId, executionId, name } = this;
    const known = this.options.forgetful === true ? 0 : this.given;
    const all = [...this.history, ...newEvents];
    let reply = await runner.run({ instanceId, executionId, name, knownLength: known, events: all.slice(known) });
    if (reply === 'needHistory') {
      this.askedAgain += 1;
      reply = await runner.run({ instanceId, executionId, name, knownLength: 0, events: all });
    }
    if (reply === 'needHistory') throw new Error('needHistory is never the answer to a whole history');
    this.given = all.length;
    return reply;
  }

  completed(id: number, result: unknown = null): InboundEvent {
    const base = { ...this.base('TaskCompleted'), TaskScheduledId: id, Result: JSON.stringify(result) };
    return this.isSub(id) ? { ...base, EventType: 'SubOrchestrationInstanceCompleted' } : { ...base, EventType: 'TaskCompleted' };
  }

  failed(id: number, reason = 'boom', failureDetails: FailureDetails | null = null): InboundEvent {
    const base = { ...this.base('TaskFailed'), TaskScheduledId: id, Reason: reason, Details: '', FailureDetails: failureDetails };
    return this.isSub(id) ? { ...base, EventType: 'SubOrchestrationInstanceFailed' } : { ...base, EventType: 'TaskFailed' };
  }

  /** Time passes until the timer is due. */
  fired(id: number): InboundEvent {
    const row = this.history.find((event) => event.EventType === 'TimerCreated' && event.EventId === id);
    const fireAt = row?.EventType === 'TimerCreated' ? row.FireAt : '';
    this.nowMs = Math.max(this.nowMs, fromTimestamp(fireAt) - 1000);
    return { ...this.base('TimerFired'), EventType: 'TimerFired', TimerId: id, FireAt: fireAt };
  }

  raised(name: string, data?: unknown): EventRaised {
    return {
      ...this.base('EventRaised'),
      EventType: 'EventRaised',
      Name: name,
      Input: data === undefined ? null : JSON.stringify(data),
    };
  }

  suspend(): InboundEvent {
    return { ...this.base('ExecutionSuspended'), EventType: 'ExecutionSuspended', Reason: 'hold on' };
  }

  resume(): InboundEvent {
    return { ...this.base('ExecutionResumed'), EventType: 'ExecutionResumed', Reason: 'go on' };
  }

  terminate(reason = 'enough'): InboundEvent {
    return { ...this.base('ExecutionTerminated'), EventType: 'ExecutionTerminated', Input: reason };
  }

  /** The rows in the short form of spec/engine.md 0.3. */
  get rows(): string {
    const text = this.history.map(
      (event, index) => `${event.EventType === 'OrchestratorStarted' && index > 0 ? '| ' : ''}${rowText(event)}`,
    );
    return text.join(' ');
  }

  timerAt(id: number): number {
    const row = this.history.find((event) => event.EventType === 'TimerCreated' && event.EventId === id);
    return row?.EventType === 'TimerCreated' ? fromTimestamp(row.FireAt) : Number.NaN;
  }

  childId(id: number): string | undefined {
    const row = this.history.find((event) => event.EventType === 'SubOrchestrationInstanceCreated' && event.EventId === id);
    return row?.EventType === 'SubOrchestrationInstanceCreated' ? row.InstanceId : undefined;
  }

  tick(ms: number): void {
    this.nowMs += ms;
  }

  private async run(newEvents: readonly HistoryEvent[]): Promise<void> {
    const outcome = await this.ask(newEvents);
    this.outcomes.push(outcome);
    this.customStatus = outcome.customStatus;
    this.awaited = outcome.awaitedEvents;
    const inbound = newEvents.map((event) => ({
      ...event,
      IsPlayed: event.EventType !== 'OrchestratorStarted' && event.EventType !== 'OrchestratorCompleted',
    }));
    const end = outcome.decisions.find((decision) => decision.type === 'CompleteOrchestration');
    if (end?.type === 'CompleteOrchestration' && end.status === 'ContinuedAsNew') {
      this.commit([...inbound, ...outcome.decisions.map((decision) => this.row(decision))]);
      await this.continueAsNew(end.result, end.carryoverEvents ?? []);
      return;
    }
    this.commit([...inbound, ...outcome.decisions.map((decision) => this.row(decision)), this.completedRow()]);
    for (const event of newEvents) {
      if (event.EventType === 'ExecutionSuspended') this.status = 'Suspended';
      if (event.EventType === 'ExecutionResumed') this.status = 'Running';
    }
    if (end?.type === 'CompleteOrchestration') {
      this.status = end.status;
      this.output = end.result;
    }
  }

  private commit(events: readonly HistoryEvent[]): void {
    // A row of an id that is in use already would be a second start of the same work.
    const used = new Set(this.history.filter((event) => event.EventId >= 0).map((event) => event.EventId));
    for (const event of events) {
      if (event.EventType !== 'ExecutionCompleted' && used.has(event.EventId))
        throw new Error(`id ${event.EventId} is used twice`);
      this.history.push(event);
    }
  }

  private async continueAsNew(input: string | null, carryover: readonly EventRaised[]): Promise<void> {
    const old = this.history.find((event) => event.EventType === 'ExecutionStarted');
    if (old?.EventType !== 'ExecutionStarted') throw new Error('no ExecutionStarted');
    this.newGeneration();
    const started: ExecutionStarted = {
      ...old,
      OrchestrationInstance: { InstanceId: this.instanceId, ExecutionId: this.executionId },
      Input: input,
      IsPlayed: false,
      Timestamp: toTimestamp(this.nowMs),
    };
    const beginning: HistoryEvent[] = [
      { ...this.base('OrchestratorStarted'), EventType: 'OrchestratorStarted' },
      started,
      ...carryover,
      this.completedRow(),
    ];
    const status = this.customStatus;
    await this.run(beginning);
    this.customStatus ??= status;
    // The extra OrchestratorCompleted is there only when the generation added something after the first one.
    const added = this.history.slice(beginning.length);
    if (added.length === 1 && added[0]?.EventType === 'OrchestratorCompleted') this.history.pop();
  }

  private newGeneration(): void {
    this.generations += 1;
    this.executionId = `exec${this.generations}`;
    this.history = [];
    this.given = 0;
  }

  private isSub(id: number): boolean {
    return this.history.some((event) => event.EventType === 'SubOrchestrationInstanceCreated' && event.EventId === id);
  }

  private base<T extends HistoryEvent['EventType']>(
    type: T,
  ): { EventType: T; EventId: number; IsPlayed: boolean; Timestamp: string } {
    return { EventType: type, EventId: -1, IsPlayed: false, Timestamp: toTimestamp(this.nowMs) };
  }

  private completedRow(): HistoryEvent {
    return { ...this.base('OrchestratorCompleted'), EventType: 'OrchestratorCompleted' };
  }

  private row(decision: Decision): HistoryEvent {
    const base = { EventId: decision.id, IsPlayed: false, Timestamp: toTimestamp(this.nowMs) };
    switch (decision.type) {
      case 'ScheduleTask':
        this.sent.push({ id: decision.id, input: decision.input });
        return { ...base, EventType: 'TaskScheduled', Name: decision.name, Version: '', Input: null };
      case 'CreateTimer':
        return { ...base, EventType: 'TimerCreated', FireAt: decision.fireAt };
      case 'CreateSubOrchestration':
        this.sent.push({ id: decision.id, input: decision.input });
        return {
          ...base,
          EventType: 'SubOrchestrationInstanceCreated',
          Name: decision.name,
          Version: '',
          InstanceId: decision.instanceId,
          Input: null,
        };
      case 'SendEvent':
        return { ...base, EventType: 'EventSent', InstanceId: decision.instanceId, Name: decision.name, Input: decision.input };
      case 'CallEntity':
      case 'SignalEntity':
      case 'LockEntities':
      case 'UnlockEntity':
        throw new Error(`${decision.type} is no decision of a JSON-protocol SDK`);
      case 'CompleteOrchestration':
        return { ...base, EventType: 'ExecutionCompleted', OrchestrationStatus: decision.status, Result: decision.result };
    }
  }
}

const short: Partial<Record<HistoryEvent['EventType'], string>> = {
  ExecutionStarted: 'ES',
  ExecutionCompleted: 'EC',
  ExecutionTerminated: 'ET',
  TaskScheduled: 'TS',
  TaskCompleted: 'TC',
  TaskFailed: 'TF',
  SubOrchestrationInstanceCreated: 'SC',
  SubOrchestrationInstanceCompleted: 'SD',
  SubOrchestrationInstanceFailed: 'SF',
  TimerCreated: 'TmC',
  TimerFired: 'TmF',
  OrchestratorStarted: 'OS',
  OrchestratorCompleted: 'OC',
  EventSent: 'EvS',
  EventRaised: 'ER',
  ContinueAsNew: 'CAN',
  GenericEvent: 'GE',
  ExecutionSuspended: 'ESu',
  ExecutionResumed: 'ERe',
  ExecutionRewound: 'ERw',
};

function rowText(event: HistoryEvent): string {
  const text = short[event.EventType] ?? event.EventType;
  if ('TaskScheduledId' in event) return `${text}→${event.TaskScheduledId}`;
  if (event.EventType === 'TimerFired') return `${text}→${event.TimerId}`;
  if (event.EventType === 'ExecutionCompleted') return `${text}#${event.EventId}[${event.OrchestrationStatus}]`;
  return event.EventId >= 0 ? `${text}#${event.EventId}` : text;
}
