/**
 * The host's side of one instance panel: watches a task hub and answers the panel (instance-panel.ts, P1 to P3). Knows neither the
 * editor nor the wire: messages leave through `post` and come in through `receive`.
 *
 *   S1. At most one snapshot is being put together at a time; changes meanwhile lead to exactly one more.
 *   S2. History is pulled up to the row's length, so that it never matters which announcements were merged or missed.
 */
import type { InstanceRow } from '../core/instance';
import type { Disposable } from '../core/ports/clock';
import type { EntityWait, HubChange, TaskHubClient, WaitingFor } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/status';
import { toTimestamp } from '../core/time';
import { act, messageOf } from './instance-actions';
import { toInstanceDetails, toInstanceSummary } from './instance-summary';
import { fromInstancePanel, type FromInstancePanel, type ToInstancePanel } from './instance-panel';
import type { PanelHost, SessionClock } from './panel-host';
import type { PanelReplay } from './panel-replay';
import type { ActionResult, SourceLocation, WaitingForValue } from './panel-values';

export interface InstancePanelSessionOptions {
  instanceId: string;
  post: (message: ToInstancePanel) => void;
  host: PanelHost;
  clock: SessionClock;
  /** Where the code of this row is, and where it failed; may look at the disk. */
  locate?: (row: InstanceRow) => Promise<{ code: SourceLocation | null; failure: SourceLocation | null }>;
  /** Event names that the app's code waits for somewhere. */
  eventNames?: () => Promise<readonly string[]>;
  onError?: (error: unknown) => void;
  /** Where instances can be replayed; the session closes it. */
  replay?: PanelReplay;
  /** The panel begins with its replay. */
  opensReplay?: boolean;
}

type EntityWaitValue = NonNullable<WaitingForValue['entities']>[number];

export const frameMs = 16;
/** The first rows go alone, so that something is there to see; the rest follows in large pieces. */
const firstChunk = 200;
const nextChunks = 1000;
const maxChildren = 200;
const minAskAgainMs = 250;
const maxAskAgainMs = 4000;
const nothing: WaitingFor = { activities: [], timers: [], events: [], children: [] };

export class InstancePanelSession {
  #hub: TaskHubClient | undefined;
  #subscription: Disposable | undefined;
  #disconnectedMessage = 'The emulator is not running.';
  #ready = false;
  #isDisposed = false;
  #dirty = false;
  #busy = false;
  #asksAgain = false;
  #askAgainMs = minAskAgainMs;
  #sent: { executionId: string; length: number } | undefined;

  constructor(private readonly options: InstancePanelSessionOptions) {
    options.replay?.onStep((step) => this.#post({ type: 'replayAt', step }));
    options.replay?.onLine((location) => this.#post({ type: 'replayLine', location }));
  }

  connect(hub: TaskHubClient): void {
    this.#subscription?.dispose();
    this.#hub = hub;
    this.#sent = undefined;
    this.#subscription = hub.subscribe((changes) => this.#onChanges(changes), { events: false });
    this.#postConnection();
    this.#refreshSoon();
  }

  /** The panel keeps what it shows, and says that it is not live. */
  disconnect(message: string): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.#hub = undefined;
    this.#disconnectedMessage = message;
    this.#postConnection();
  }

  /** Anything the panel sent. What is not a message of ours is reported to `onError` and dropped. */
  async receive(raw: unknown): Promise<void> {
    const parsed = fromInstancePanel.safeParse(raw);
    if (!parsed.success) {
      this.options.onError?.(new Error(`A panel sent something else than a message: ${parsed.error.message}`));
      return;
    }
    try {
      await this.#handle(parsed.data);
    } catch (error) {
      if (isReplayQuestion(parsed.data)) {
        this.#post({ type: 'replayRefused', requestId: parsed.data.requestId, message: messageOf(error) });
      } else if ('requestId' in parsed.data) this.#answer(parsed.data.requestId, false, messageOf(error));
      else this.options.onError?.(error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription?.dispose();
    this.#hub = undefined;
    this.options.replay?.close();
  }

  async #handle(message: FromInstancePanel): Promise<void> {
    const { host, instanceId } = this.options;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#sent = undefined;
        this.#postConnection();
        this.#dirty = true;
        await this.#refresh();
        return;
      case 'openInstance':
        host.openInstance(message.instanceId);
        return;
      case 'openSource':
        host.openSource(message.location);
        return;
      case 'openText':
        host.openText(message.title, message.text, message.language);
        return;
      case 'startAgain':
        host.startAgain(instanceId);
        return;
      case 'openHistory':
        host.openHistory(instanceId);
        return;
      case 'copyText':
        host.copyText(message.text);
        return;
      case 'saveText':
        this.#answer(message.requestId, await host.saveText(message.suggestedName, message.text));
        return;
      case 'raiseEvent': {
        const problem = message.data === null ? undefined : jsonProblem(message.data);
        if (problem !== undefined) throw new Error(problem);
        await this.#connected().raiseEvent(instanceId, message.name, message.data);
        this.#answer(message.requestId, true, `Raised ${message.name}`);
        return;
      }
      case 'act': {
        const question = `Purge ${instanceId}? Its history is deleted.`;
        if (message.action === 'purge' && !(await host.confirm(question, 'Purge'))) {
          this.#answer(message.requestId, false);
          return;
        }
        const shown = await act(this.#connected(), message.action, instanceId, message.reason);
        this.#answer(message.requestId, true);
        if (shown !== instanceId) host.openInstance(shown);
        return;
      }
      case 'openReplay':
        this.#post({ type: 'replayOpened', requestId: message.requestId, overview: await this.#replay().open() });
        return;
      case 'showMoment': {
        const moment = await this.#replay().moment(message.step, message.reveal);
        this.#post({ type: 'replayMoment', requestId: message.requestId, moment });
        return;
      }
      case 'openVariable': {
        const variables = await this.#replay().variables(message.reference, message.start, message.count);
        this.#post({ type: 'replayVariables', requestId: message.requestId, variables: [...variables] });
        return;
      }
      case 'debugReplay':
        this.#replay().debug(message.step, message.how);
        return;
      case 'hideReplay':
        this.options.replay?.hide();
    }
  }

  #onChanges(changes: readonly HubChange[]): void {
    const { instanceId } = this.options;
    let concerned = false;
    for (const change of changes) {
      if (change.type === 'resync') {
        concerned = true;
        this.#sent = undefined;
      } else if (change.type === 'purged') {
        if (change.instanceId === instanceId) concerned = true;
      } else if (change.row.instanceId === instanceId) {
        concerned = true;
        if (change.historyReplaced) this.#sent = undefined;
      } else if (change.row.parentInstanceId === instanceId) {
        concerned = true;
      }
    }
    if (!concerned) return;
    this.#askAgainMs = minAskAgainMs;
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    const wasDirty = this.#dirty;
    this.#dirty = true;
    if (wasDirty || this.#busy || !this.#ready) return;
    this.options.clock.after(frameMs, () => void this.#refresh());
  }

  async #refresh(): Promise<void> {
    if (this.#busy || !this.#dirty || !this.#ready) return; // S1
    this.#busy = true;
    this.#dirty = false;
    try {
      await this.#send();
    } catch (error) {
      if (this.#hub !== undefined) this.options.onError?.(error);
    } finally {
      this.#busy = false;
      if (this.#dirtyAgain()) this.options.clock.after(frameMs, () => void this.#refresh());
    }
  }

  #dirtyAgain(): boolean {
    return this.#dirty && !this.#isDisposed && this.#hub !== undefined;
  }

  async #send(): Promise<void> {
    const hub = this.#hub;
    if (hub === undefined) return;
    const { instanceId } = this.options;
    const row = await hub.get(instanceId);
    const isLive = row !== undefined && !isTerminal(row.runtimeStatus);
    const [parent, children, childCounts, customStatusChanges, waitingFor, located, codeNames] = await Promise.all([
      row?.parentInstanceId == null ? undefined : hub.get(row.parentInstanceId),
      hub.query({ parentInstanceId: instanceId, orderBy: 'createdTime', pageSize: maxChildren }),
      hub.countByStatus({ parentInstanceId: instanceId }),
      row === undefined ? [] : hub.customStatusChanges(instanceId),
      // The instance may be purged between two questions.
      isLive || row?.runtimeStatus === 'Terminated' ? hub.waitingFor(instanceId).catch(() => nothing) : nothing,
      row === undefined ? undefined : this.options.locate?.(row),
      isLive ? this.options.eventNames?.() : undefined,
    ]);
    this.#post({
      type: 'instance',
      now: toTimestamp(this.options.clock.now()),
      instanceId,
      instance: row === undefined ? null : toInstanceDetails(row, located ?? { code: null, failure: null }),
      parent: parent === undefined ? null : toInstanceSummary(parent),
      children: children.instances.map(toInstanceSummary),
      childCount: Object.values(childCounts).reduce((sum, each) => sum + each, 0),
      customStatusChanges: customStatusChanges.map(({ at, value }) => ({ at, value })),
      waitingFor: {
        activities: waitingFor.activities.map(({ taskId, name, scheduledAt, attempt, startedAt }) => ({
          taskId,
          name,
          scheduledAt,
          attempt,
          ...(startedAt === undefined ? {} : { startedAt }),
        })),
        timers: waitingFor.timers.map(({ timerId, fireAt }) => ({ timerId, fireAt })),
        events: [...waitingFor.events],
        children: waitingFor.children.map((child) => ({ ...child })),
        ...(waitingFor.entities === undefined ? {} : { entities: waitingFor.entities.map(entityWait) }),
        ...(waitingFor.holds === undefined ? {} : { holds: [...waitingFor.holds] }),
      },
      knownEventNames: [...new Set([...waitingFor.events, ...(codeNames ?? [])])],
      capabilities: { ...hub.capabilities },
      ...(this.options.replay === undefined ? {} : { canReplay: true }),
      ...(this.options.opensReplay === true ? { opensReplay: true } : {}),
    });
    this.#askAgainWhileQueued(waitingFor.activities.some(({ startedAt }) => startedAt === undefined));
    if (row !== undefined) await this.#sendHistory(hub, row);
  }

  /** That a worker takes an activity is announced to nobody: it is asked for, ever less often, while somebody looks. */
  #askAgainWhileQueued(isQueued: boolean): void {
    if (!isQueued || this.#asksAgain) return;
    this.#asksAgain = true;
    this.options.clock.after(this.#askAgainMs, () => {
      this.#asksAgain = false;
      this.#askAgainMs = Math.min(2 * this.#askAgainMs, maxAskAgainMs);
      this.#dirty = true;
      void this.#refresh();
    });
  }

  async #sendHistory(hub: TaskHubClient, row: InstanceRow): Promise<void> {
    const { instanceId } = this.options;
    if (this.#sent?.executionId !== row.executionId) this.#sent = { executionId: row.executionId, length: 0 };
    const sent = this.#sent;
    while (sent.length < row.historyLength || (sent.length === 0 && row.historyLength === 0)) {
      const events = await hub.history(instanceId, sent.length, sent.length === 0 ? firstChunk : nextChunks);
      const after = await hub.get(instanceId);
      if (this.#sent !== sent || after?.executionId !== row.executionId) {
        // A new generation, or a history rewritten meanwhile: what was read may be of either.
        this.#dirty = true;
        return;
      }
      this.#post({
        type: 'history',
        executionId: row.executionId,
        from: sent.length,
        total: Math.max(after.historyLength, sent.length + events.length),
        events: [...events],
      });
      sent.length += events.length;
      if (events.length === 0) return;
    }
  }

  #replay(): PanelReplay {
    if (this.options.replay === undefined) throw new Error('Open the panel in the editor to replay this instance.');
    return this.options.replay;
  }

  #connected(): TaskHubClient {
    if (this.#hub === undefined) throw new Error(this.#disconnectedMessage);
    return this.#hub;
  }

  #answer(requestId: number, ok: boolean, message?: string): void {
    const result: ActionResult = { type: 'actionResult', requestId, ok, ...(message === undefined ? {} : { message }) };
    this.#post(result);
  }

  #postConnection(): void {
    if (!this.#ready) return;
    if (this.#hub !== undefined) this.#post({ type: 'connection', connected: true });
    else this.#post({ type: 'connection', connected: false, message: this.#disconnectedMessage });
  }

  #post(message: ToInstancePanel): void {
    if (!this.#isDisposed) this.options.post(message);
  }
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `The data is not JSON: ${messageOf(error)}. A text is written with its quotes: "like this".`;
  }
}

function entityWait({ cycle, orphanedBy, entities, ...wait }: EntityWait): EntityWaitValue {
  return {
    kind: wait.kind,
    requestId: wait.requestId,
    operation: wait.operation,
    since: wait.since,
    entities: entities.map((each) => ({ ...each })),
    ...(orphanedBy === undefined ? {} : { orphanedBy }),
    ...(cycle === undefined ? {} : { cycle: [...cycle] }),
  };
}

function isReplayQuestion(message: FromInstancePanel): message is Extract<FromInstancePanel, { type: ReplayQuestion }> {
  return message.type === 'openReplay' || message.type === 'showMoment' || message.type === 'openVariable';
}

type ReplayQuestion = 'openReplay' | 'showMoment' | 'openVariable';
