/** From the SDK's actions to the nodes of the host's tree: names, inputs, child ids, retry options (spec/functions-worker.md 5 and 6). */
import type { DurableAction } from '../values/durable-action';
import {
  actionTypes,
  activityInput,
  childActions,
  fireAtMs,
  UnreadableMember,
  isActionEntry,
  hostPayloadText,
  textField,
} from '../values/durable-action';
import { readHttpRequest } from './durable-http';
import { assertReadable } from './host-http-request';
import { defaultHostConfig } from '../values/host-config';
import type { ReplayNode } from './host-replay-nodes';
import {
  AllNode,
  AnyNode,
  EntityRequestNode,
  EventWaitNode,
  InstantNode,
  LongTimerNode,
  RetryNode,
  TaskNode,
  TimerNode,
} from './host-replay-nodes';
import { httpActivity, PolledHttpNode } from './http-call-node';
import { chosenEntityIdProblem, entityInstanceId, lockOrder, parseEntityId } from '../values/entity-id';
import type { EntityRequest } from '../entities/entity-messages';
import { never, requestEventName, sendingTimes, sortedRequestText, unsorted } from '../entities/entity-messages';
import { childInstanceIdProblem, defaultChildInstanceId } from '../values/instance-id';
import type { WorkDecision } from '../decisions/non-determinism';
import type { RetryPolicy } from '../values/retry';
import { toTimestamp } from '../values/time';

export interface HostActionsOptions {
  instanceId: string;
  executionId: string;
  /** Function name of the orchestrator. */
  name: string;
  parentInstanceId: string | null;
  /** Timers longer than this are split (V3 and later); Infinity for earlier schemas. */
  maximumShortTimerMs: number;
  longTimerIntervalMs: number;
  /** Whether a race counts a task that was over before it began. SDK 2.x does, 3.5 (schema V4) waits for another one. */
  racesCountFinished: boolean;
  /** The list of actions is what it will be: cancelled timers are known to be. Default: it grows while events are applied. */
  isComplete?: boolean;
  /** Pause between polls of an HTTP call that names none: `defaultAsyncRequestSleepTimeMilliseconds` of host.json, default 30,000. */
  httpPollDelayMs?: number;
  /** Work that one generation may schedule: `maxOrchestrationActions` of host.json. */
  maxActions: number;
  /** Why a function cannot be called, in the host's words; null when it can. */
  problemWith(type: 'activity' | 'orchestrator' | 'entity', name: string): string | null;
  /** A GUID made of a name, the same for the same name: version 5 in the namespace of .NET in-proc (spec/engine.md 3.5). */
  guidOf?(name: string): string;
  /** A task that was scheduled before is part of a later Task.any or Task.all. */
  onReusedTask?(instanceId: string, orchestrator: string, task: string): void;
  /** Messages go to two entities whose ids differ in case only. */
  onEntityInAnotherCase?(instanceId: string, orchestrator: string, entities: readonly [string, string]): void;
}

const defaultHttpPollDelayMs = defaultHostConfig.defaultAsyncRequestSleepTimeMs;

/** The last message to an entity. */
interface LastSent {
  entity: string;
  timestamp: string;
}

export class HostActions {
  /** The action that the host cannot read. */
  unreadable: DurableAction | null = null;
  /** The same action object is the same task; the host, which is sent text, takes each for another one. */
  private readonly known = new Set<DurableAction>();
  private sequels: ReplayNode[] | null = null;
  /** When each entity was last sent something. */
  private sentTo: Map<string, LastSent> | null = null;

  constructor(
    private readonly options: HostActionsOptions,
    private readonly clock: { readonly nowMs: number },
    private readonly continueAsNew: (input: string | null) => void,
  ) {}

  /** True while a node that takes further ids as it goes (retries, chains of timers) is not over. */
  get hasSequels(): boolean {
    return this.sequels !== null && this.sequels.some((node) => !node.isDone);
  }

  /** Whether there has been such a node. */
  get hadSequels(): boolean {
    return this.sequels !== null;
  }

  /** The first action below `entry` that takes an id, so far unstarted; null when there is none. */
  firstScheduling(entry: DurableAction | readonly DurableAction[]): DurableAction | null {
    const actions = Array.isArray(entry) ? (entry as readonly DurableAction[]) : [entry as DurableAction];
    for (const action of actions) {
      switch (action.actionType) {
        case actionTypes.WhenAny:
        case actionTypes.WhenAll: {
          const first = this.firstScheduling(childActions(action));
          if (first !== null) return first;
          break;
        }
        case actionTypes.WaitForExternalEvent:
        case actionTypes.ContinueAsNew:
          break;
        default:
          return action;
      }
    }
    return null;
  }

  /** Throws an error with the host's words when the action asks for something that cannot be done. */
  node(action: DurableAction): ReplayNode {
    // Events have no id: each wait is a waiter of its own, also when the task is the same.
    if (action.actionType === actionTypes.WaitForExternalEvent)
      return new EventWaitNode(this.required(action, 'externalEventName'));
    const { instanceId, name } = this.options;
    if (this.known.has(action)) this.options.onReusedTask?.(instanceId, name, textField(action, 'functionName') ?? 'a task');
    this.known.add(action);
    try {
      const node = this.newNode(action);
      node.action = action;
      return node;
    } catch (error) {
      if (error instanceof UnreadableMember) this.unreadable ??= action;
      throw error;
    }
  }

  private newNode(action: DurableAction): ReplayNode {
    switch (action.actionType) {
      case actionTypes.CallActivity:
        return new TaskNode(this.activity(action));
      case actionTypes.CallActivityWithRetry:
        return this.sequel(new RetryNode(retryPolicy(action), this.activity(action)));
      case actionTypes.CallSubOrchestrator:
        return new TaskNode(this.subOrchestration(action));
      case actionTypes.CallSubOrchestratorWithRetry:
        return this.sequel(new RetryNode(retryPolicy(action), this.subOrchestration(action)));
      case actionTypes.ContinueAsNew: {
        const input = hostPayloadText(action['input']);
        return new InstantNode(() => this.continueAsNew(input));
      }
      case actionTypes.CreateTimer:
        return this.timer(action);
      case actionTypes.WhenAny:
        return new AnyNode(
          childActions(action).map((child) => this.node(child)),
          this.options.racesCountFinished,
          this.options.isComplete,
        );
      case actionTypes.WhenAll:
        return new AllNode(childActions(action).map((child) => this.node(child)));
      case actionTypes.CallHttp:
        return this.httpCall(action);
      case actionTypes.CallEntity: {
        const message = this.entityOperation(action);
        return new EntityRequestNode((id, requestId) => message(id, requestId, {}));
      }
      case actionTypes.SignalEntity:
      case actionTypes.ScheduledSignalEntity: {
        const message = this.entityOperation(action);
        return new InstantNode((host) => {
          const requestId = host.newRequestId();
          host.allocate((id) => message(id, requestId, { signal: true }), null);
        });
      }
      case actionTypes.LockEntities:
        return this.lock(action);
      case actionTypes.ReleaseEntities:
        return new InstantNode((host) => host.releaseLocks());
      default:
        throw new Error(`Durascope does not know the action type ${action.actionType} of this durable-functions package.`);
    }
  }

  private activity(action: DurableAction): (id: number) => WorkDecision {
    const name = this.required(action, 'functionName');
    this.refuse(this.options.problemWith('activity', name));
    const input = activityInput(action['input']);
    return (id) => ({ type: 'ScheduleTask', id, name, input });
  }

  private subOrchestration(action: DurableAction): (id: number) => WorkDecision {
    const name = this.required(action, 'functionName');
    this.refuse(this.options.problemWith('orchestrator', name));
    const version = textField(action, 'version');
    const input = hostPayloadText(action['input']);
    const chosenId = textField(action, 'instanceId');
    if (chosenId !== undefined) this.refuse(this.childIdProblem(chosenId));
    return (id) => ({
      type: 'CreateSubOrchestration',
      id,
      name,
      ...(version === undefined ? {} : { version }),
      instanceId: chosenId ?? defaultChildInstanceId(this.options.executionId, id),
      input,
    });
  }

  /** Schemas before V3 know nothing of polling: there a 202 is the result (a deviation for SDK 1.x, whose host goes on asking in vain). */
  private httpCall(action: DurableAction): ReplayNode {
    const given = action['httpRequest'];
    if (typeof given === 'object' && given !== null) assertReadable(given as Record<string, unknown>);
    const request = readHttpRequest(given);
    const knowsPolling = Number.isFinite(this.options.maximumShortTimerMs);
    if (!knowsPolling || request.asynchronousPatternEnabled === false) return new TaskNode(httpActivity(request));
    const delayMs = this.options.httpPollDelayMs ?? defaultHttpPollDelayMs;
    return this.sequel(new PolledHttpNode(request, delayMs, (fireAt) => this.timerNode(fireAt, () => false)));
  }

  private entityOperation(
    action: DurableAction,
  ): (id: number, requestId: string, more: Pick<EntityRequest, 'signal'>) => WorkDecision {
    const instanceId = this.required(action, 'instanceId');
    const entity = parseEntityId(instanceId);
    if (entity === null) throw new Error(`'${instanceId}' is not the id of an entity.`);
    this.refuse(chosenEntityIdProblem(entity));
    this.refuse(this.options.problemWith('entity', entity.name));
    const input = hostPayloadText(action['input']);
    const due = action.actionType === actionTypes.ScheduledSignalEntity ? dueTime(fireAtMs(action)) : undefined;
    const { instanceId: parent, executionId: parentExecution } = this.options;
    return (id, requestId, more) => {
      const request: EntityRequest = {
        id: requestId,
        op: textField(action, 'operation') ?? '',
        ...more,
        ...(input === null ? {} : { input }),
        parent,
        parentExecution,
        ...(due === undefined ? {} : { due }),
      };
      return this.sending(id, entityInstanceId(entity), requestEventName(due), request);
    };
  }

  /** Each message to an entity says when it was sent, later than the one before, and when that was. */
  private sending(id: number, instanceId: string, name: string, request: EntityRequest): WorkDecision {
    if (request.due !== undefined) {
      const input = sortedRequestText(request, unsorted, toTimestamp(this.clock.nowMs));
      return { type: 'SendEvent', id, instanceId, name, input };
    }
    const sentTo = (this.sentTo ??= new Map<string, LastSent>());
    // The extension takes entities whose ids differ in case only for one (recorded: `entity-keys-in-case`).
    const receiver = instanceId.toLowerCase();
    const last = sentTo.get(receiver);
    if (last !== undefined && last.entity !== instanceId) {
      this.options.onEntityInAnotherCase?.(this.options.instanceId, this.options.name, [last.entity, instanceId]);
    }
    const times = sendingTimes(last?.timestamp ?? null, toTimestamp(this.clock.nowMs));
    sentTo.set(receiver, { entity: instanceId, timestamp: times.timestamp });
    return { type: 'SendEvent', id, instanceId, name, input: sortedRequestText(request, times) };
  }

  private lock(action: DurableAction): ReplayNode {
    const ids: string[] = [];
    for (const value of Array.isArray(action['lockSet']) ? (action['lockSet'] as unknown[]) : []) {
      const { name, key } = (value ?? {}) as { name?: unknown; key?: unknown };
      if (typeof name !== 'string' || typeof key !== 'string') throw new Error('A lock needs entities with a name and a key.');
      this.refuse(chosenEntityIdProblem({ name, key }));
      this.refuse(this.options.problemWith('entity', name));
      ids.push(entityInstanceId({ name, key }));
    }
    const lockset = lockOrder(ids).flatMap((id) => parseEntityId(id) ?? []);
    const [first] = lockset;
    if (first === undefined) throw new Error('A lock needs at least one entity.');
    const { instanceId: parent, executionId: parentExecution } = this.options;
    const decide = (id: number, requestId: string): WorkDecision =>
      this.sending(id, entityInstanceId(first), requestEventName(undefined), {
        id: requestId,
        parent,
        parentExecution,
        lockset,
        pos: 0,
      });
    return new EntityRequestNode(decide, this.required(action, 'lockRequestId'), lockset);
  }

  private childIdProblem(childId: string): string | null {
    if (childId === this.options.instanceId) {
      return `The sub-orchestration cannot have the instance id '${childId}': it is the id of the orchestration that calls it.`;
    }
    if (childId === this.options.parentInstanceId) {
      return `The sub-orchestration cannot have the instance id '${childId}': it is the id of the calling orchestration's parent.`;
    }
    return childInstanceIdProblem(childId);
  }

  /** When the first timer for the action is due: the whole time, or the first part of a chain. */
  firstFireAtMs(action: DurableAction): number {
    const fireAt = fireAtMs(action);
    const isLong = fireAt - this.clock.nowMs > this.options.maximumShortTimerMs;
    return isLong ? this.clock.nowMs + this.options.longTimerIntervalMs : fireAt;
  }

  private timer(action: DurableAction): ReplayNode {
    const fireAt = fireAtMs(action);
    if (Number.isNaN(fireAt)) throw new UnreadableMember("Error converting value {null} to type 'System.DateTime'.", 'fireAt');
    return this.timerNode(fireAt, () => action['isCanceled'] === true);
  }

  private timerNode(fireAt: number, isCanceled: () => boolean): ReplayNode {
    if (fireAt - this.clock.nowMs <= this.options.maximumShortTimerMs) return new TimerNode(fireAt, isCanceled);
    return this.sequel(new LongTimerNode(fireAt, isCanceled));
  }

  private sequel<T extends ReplayNode>(node: T): T {
    (this.sequels ??= []).push(node);
    return node;
  }

  private required(action: DurableAction, field: string): string {
    const value = textField(action, field);
    if (value === undefined) throw new Error(`The action of type ${action.actionType} has no ${field}.`);
    return value;
  }

  private refuse(problem: string | null): void {
    if (problem !== null) throw new Error(problem);
  }
}

function retryPolicy(action: DurableAction): RetryPolicy {
  const options = action['retryOptions'];
  const values = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {};
  const number = (field: string): number | undefined => {
    const value = values[field];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const firstRetryIntervalMs = number('firstRetryIntervalInMilliseconds');
  const maxNumberOfAttempts = number('maxNumberOfAttempts');
  if (firstRetryIntervalMs === undefined || firstRetryIntervalMs <= 0 || maxNumberOfAttempts === undefined) {
    throw new Error('The retry options need a firstRetryIntervalInMilliseconds above 0 and a maxNumberOfAttempts.');
  }
  // The host's is a whole number.
  const attempts = Math.round(maxNumberOfAttempts);
  if (attempts < 1) {
    throw new Error(
      `A retry policy with a maxNumberOfAttempts of ${maxNumberOfAttempts} allows no attempt: give it at least 1. The real extension would leave the instance Running for ever.`,
    );
  }
  const backoffCoefficient = number('backoffCoefficient');
  const retryTimeoutMs = number('retryTimeoutInMilliseconds');
  return {
    firstRetryIntervalMs,
    maxNumberOfAttempts: attempts,
    ...(backoffCoefficient === undefined ? {} : { backoffCoefficient }),
    ...(retryTimeoutMs === undefined ? {} : { retryTimeoutMs }),
    maxRetryIntervalMs: number('maxRetryIntervalInMilliseconds') ?? 6 * 24 * 60 * 60 * 1000,
  };
}

/** The entries of a reply's action list; throws when it is not what the protocol has. V1: as it is; V2 and later: the one inner list. */
export function readActionList(value: unknown, isV1: boolean): (DurableAction | DurableAction[])[] {
  if (!Array.isArray(value) || !value.every(isActionEntry))
    throw new Error('The durable-functions package answered without a list of actions.');
  if (isV1) return value;
  if (value.length !== 1 || !Array.isArray(value[0])) {
    throw new Error(`The durable-functions package answered with ${value.length} lists of actions instead of one.`);
  }
  return value[0];
}

/** Without a time it is the least one of .NET (recorded: `signal-no-time`). */
function dueTime(ms: number): string {
  return Number.isNaN(ms) ? never : toTimestamp(ms);
}
