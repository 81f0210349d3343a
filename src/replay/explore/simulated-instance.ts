/** One instance without time and chance: what its code decides in a state is asked of its worker, once for what came to it. */
import type { CompleteOrchestration, Decision } from '../../core/decisions/decisions';
import { saysNonDeterministic } from '../../core/decisions/non-determinism';
import type { ExecutionStarted, HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { EpisodeOutcome, FunctionWorker } from '../../core/ports/function-worker';
import { checkOutcome } from '../../core/turns/outcome-checks';
import { Generation } from '../../core/turns/generation';
import type { OutgoingMessage } from '../../core/turns/messages';
import { applyDecisions, nextGenerationEvents } from '../../core/turns/turn';
import { toTimestamp } from '../../core/values/time';
import { appendedRow, startedGeneration } from './generations';
import { refused } from './simulated-entities';

export interface InstanceState {
  row: InstanceRow;
  generation: Generation;
  started: ExecutionStarted;
  awaitedEvents: readonly string[];
  end: { status: 'Completed' | 'Failed' | 'Terminated'; output: string | null } | null;
  /** It has continued as new so often that it is taken for one that never ends. */
  isEternal: boolean;
  /** What went wrong with the code itself. */
  problem: string | null;
  /** What the step that led here sends to others. */
  messages: readonly OutgoingMessage[];
  readonly next: Map<string, Promise<InstanceState>>;
}

type From = Pick<InstanceState, 'row' | 'generation' | 'started'> & { generations: number };

const mostGenerations = 4;

export class SimulatedInstance {
  /** Names of the events that its code has waited for, in any state. */
  readonly awaited = new Set<string>();

  constructor(
    private readonly worker: Pick<FunctionWorker, 'runEpisode' | 'forget'>,
    private readonly start: { name: string; input: string | null; id: string },
  ) {}

  begin(nowMs: number): Promise<InstanceState> {
    const { name, input, id } = this.start;
    const { row, started } = startedGeneration(name, input, id, executionIdOf(0), toTimestamp(nowMs));
    return this.#step({ row, started, generation: new Generation(), generations: 0 }, [started], nowMs);
  }

  /** The state after these came in one step. */
  after(state: InstanceState, arrived: readonly HistoryEvent[], nowMs: number): Promise<InstanceState> {
    const key = JSON.stringify(arrived);
    let known = state.next.get(key);
    if (known === undefined) {
      known = this.#step({ ...state, generations: state.row.generation }, arrived, nowMs);
      state.next.set(key, known);
    }
    return known;
  }

  async #step(from: From, arrived: readonly HistoryEvent[], nowMs: number): Promise<InstanceState> {
    let { row, started, generations } = from;
    let { generation } = from;
    const now = toTimestamp(nowMs);
    // Another state may be told the same of them.
    let newEvents: HistoryEvent[] = [
      { ...envelope(nowMs), EventType: 'OrchestratorStarted' },
      ...arrived.map((event) => ({ ...event })),
    ];
    const messages: OutgoingMessage[] = [];
    for (;;) {
      const answered = await this.#ask(row, generation, newEvents);
      if (typeof answered === 'string') {
        const here = { row, generation, started, messages, awaitedEvents: [], next: new Map<string, Promise<InstanceState>>() };
        return { ...here, end: null, isEternal: false, problem: answered };
      }
      const outcome = checkOutcome(answered, {
        name: row.name,
        newEvents,
        customStatus: row.customStatus,
        nextId: Math.max(0, generation.highestId + 1),
      });
      refuseNativeEntities(outcome.decisions);
      for (const event of newEvents) if (!event.EventType.startsWith('Orchestrator')) event.IsPlayed = true;
      const turn = applyDecisions({
        row,
        generation,
        started,
        newEvents,
        decisions: outcome.decisions,
        now,
        storeInputs: true,
        defaultVersion: '',
        newId: () => executionIdOf(generations),
      });
      messages.push(...turn.messages);
      for (const name of outcome.awaitedEvents) this.awaited.add(name);
      const { completion } = turn;
      if (completion?.status === 'ContinuedAsNew' && ++generations < mostGenerations) {
        newEvents = nextGenerationEvents(row, started, completion, executionIdOf(generations), now);
        started = newEvents[1] as ExecutionStarted;
        row = { ...row, executionId: started.OrchestrationInstance.ExecutionId, input: started.Input, generation: generations };
        generation = new Generation();
        continue;
      }
      const after = new Generation([...generation.events, ...newEvents, ...turn.events]);
      return {
        row: appendedRow(row, outcome.customStatus, after.events.length),
        generation: after,
        started,
        messages,
        awaitedEvents: outcome.awaitedEvents,
        end: endOf(completion),
        isEternal: completion?.status === 'ContinuedAsNew',
        problem: problemOf(completion),
        next: new Map(),
      };
    }
  }

  /** M1. What is wrong, as a sentence, where there is no single answer. */
  async #ask(row: InstanceRow, generation: Generation, newEvents: readonly HistoryEvent[]): Promise<EpisodeOutcome | string> {
    const { worker, start } = this;
    const request = { instanceId: start.id, executionId: row.executionId, name: row.name, history: generation.events, newEvents };
    worker.forget(start.id);
    const first = await worker.runEpisode(request);
    if (!first.decisions.some(({ type }) => type === 'CompleteOrchestration')) return first;
    worker.forget(start.id);
    const second = await worker.runEpisode(request);
    if (JSON.stringify(first.decisions) === JSON.stringify(second.decisions)) return first;
    return 'replayed once more over the same history, the code asked for something else: it does not replay after a crash';
  }
}

function endOf(completion: CompleteOrchestration | null): InstanceState['end'] {
  if (completion === null || completion.status === 'ContinuedAsNew') return null;
  return { status: completion.status, output: completion.result };
}

function problemOf(completion: CompleteOrchestration | null): string | null {
  if (completion?.status !== 'Failed' || !saysNonDeterministic(completion.result)) return null;
  return `the code does not replay its own history: ${completion.result ?? ''}`;
}

function refuseNativeEntities(decisions: readonly Decision[]): void {
  for (const { type } of decisions) {
    if (['CallEntity', 'SignalEntity', 'LockEntities'].includes(type)) {
      throw refused('its package speaks to entities in a way that is not explored yet');
    }
  }
}

export function envelope(nowMs: number): { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return { EventId: -1, IsPlayed: false, Timestamp: toTimestamp(nowMs) };
}

export function executionIdOf(generation: number): string {
  return `00000000-0000-4000-8000-${String(generation).padStart(12, '0')}`;
}
