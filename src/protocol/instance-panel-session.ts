/** The host's side of one instance panel: watches a task hub and answers the panel (instance-panel.ts, P1 to P3). */
import { messageOf } from '../base/error-message';
import type { Disposable } from '../core/ports/clock';
import type { HubClock } from '../core/ports/hub-clock';
import type { InstanceLogs } from '../core/ports/instance-logs';
import type { InstanceRow } from '../core/instances/instance';
import { failureChain, type FailureLink } from '../core/ports/failure-chain';
import type { HubChange, TaskHubClient, WaitingFor } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import { fromTimestamp, toTimestamp } from '../core/values/time';
import { act } from './instance-actions';
import { toInstanceDetails, toInstanceSummary } from './instance-summary';
import { fromInstancePanel, type FromInstancePanel, type ToInstancePanel } from './instance-panel';
import { panelComparison } from './panel-comparison';
import { PanelHistories } from './panel-histories';
import type { PanelReplay } from './panel-replay';
import { PanelSession, type PanelSessionOptions } from './panel-session';
import type { CommonRequest, FailureLinkValue, SourceLocation, WaitingForValue } from './panel-values';
import { SnapshotPace } from './snapshot-pace';
import { toWaitingForValue } from './waiting-for-value';

export interface InstancePanelSessionOptions extends PanelSessionOptions<ToInstancePanel> {
  instanceId: string;
  /** Where the code of this row is, and where it failed; may look at the disk. */
  locate?: (row: InstanceRow) => Promise<{ code: SourceLocation | null; failure: SourceLocation | null }>;
  /** Where a failure happened, and the code around it; absent: nobody here knows the app's code. */
  locateFailure?: (link: FailureLink) => Promise<Pick<FailureLinkValue, 'location' | 'excerpt'>>;
  /** Of code that has ended: the timer that it left open. */
  locateOpenTimer?: (row: InstanceRow) => Promise<WaitingForValue['openTimer'] | undefined>;
  /** Event names that the app's code waits for somewhere. */
  eventNames?: () => Promise<readonly string[]>;
  /** What instances have logged, where it is kept. */
  logs?: Pick<InstanceLogs, 'of' | 'onLine'>;
  /** Where instances can be replayed; the session closes it. */
  replay?: PanelReplay;
  /** The history is out of a file: its panel begins with the replay. */
  isImported?: boolean;
}

export interface ComparedInstance {
  instanceId: string;
  /** Where it is, if not in the panel's own hub. */
  hub?: TaskHubClient;
  /** Out of a file. */
  isImported?: true;
}

type OwnRequest = Exclude<FromInstancePanel, CommonRequest>;

const maxChildren = 200;
const linesEveryMs = 50;
const minAskAgainMs = 250;
const maxAskAgainMs = 4000;
const nothing: WaitingFor = { activities: [], timers: [], events: [], children: [] };

export class InstancePanelSession extends PanelSession<OwnRequest, ToInstancePanel, InstancePanelSessionOptions> {
  #asksAgain = false;
  #askAgainMs = minAskAgainMs;
  #clock: Disposable | undefined;
  readonly #histories: PanelHistories;
  /** Of the failure last shown: it is followed once. */
  #failure: { key: string; chain: readonly FailureLinkValue[] } | undefined;
  #opensReplay = false;
  readonly #logging: Disposable | undefined;
  /** Number of the next line to send. */
  #nextLine = 0;
  #sendsLinesSoon = false;
  /** State of both runs when they were compared last. */
  #compared = '';
  #comparesWith: ComparedInstance | undefined;
  readonly #pace: SnapshotPace;

  constructor(options: InstancePanelSessionOptions) {
    super(options, fromInstancePanel);
    this.#histories = new PanelHistories((message) => this.post(message));
    this.#pace = new SnapshotPace(
      options.clock,
      () => this.isReady && this.hub !== undefined,
      () => this.#send(),
      (error) => options.onError?.(error),
    );
    this.#logging = options.logs?.onLine(options.instanceId, () => this.#sendLinesSoon());
    options.replay?.onStep((step) => this.post({ type: 'replayAt', step }));
    options.replay?.onLine((location) => this.post({ type: 'replayLine', location }));
  }

  /** From now on the panel shows the instance beside this one. */
  compareWith(other: ComparedInstance): void {
    this.#comparesWith = other;
    this.#compared = '';
    this.#pace.soon();
  }

  /** Brings the Replay tab to the front, now or once the panel listens. */
  showReplay(): void {
    this.#opensReplay = true;
    this.#pace.soon();
  }

  override dispose(): void {
    super.dispose();
    this.#clock?.dispose();
    this.#logging?.dispose();
    this.options.replay?.close();
  }

  protected override onConnected(): void {
    this.#sendAnew();
    this.#clock?.dispose();
    this.#clock = this.#time()?.onClock(() => this.#pace.soon());
    this.#pace.soon();
  }

  protected override onReady(): Promise<void> {
    this.#sendAnew();
    this.#nextLine = 0;
    this.#sendLinesSoon();
    return this.#pace.now();
  }

  protected override refuse(message: FromInstancePanel, error: unknown): void {
    if (isReplayQuestion(message)) {
      this.post({ type: 'replayRefused', requestId: message.requestId, message: messageOf(error) });
    } else super.refuse(message, error);
  }

  protected override async handle(message: OwnRequest): Promise<void> {
    const { host, instanceId } = this.options;
    switch (message.type) {
      case 'startAgain':
        host.startAgain(instanceId);
        return;
      case 'compareWith':
        host.compareWith?.(instanceId, this.options.isImported === true);
        return;
      case 'saveTest':
        host.saveTest?.(instanceId);
        return;
      case 'whatIf':
        host.whatIf?.(instanceId, message.row);
        return;
      case 'stepTo':
        host.stepTo(message.instanceId, message.row);
        return;
      case 'watchChild':
        this.#histories.watch(message.instanceId, message.isOn);
        if (message.isOn) await this.#pace.now();
        return;
      case 'openHistory':
        host.openHistory(instanceId);
        return;
      case 'raiseEvent': {
        const problem = message.data === null ? undefined : jsonProblem(message.data);
        if (problem !== undefined) throw new Error(problem);
        if (!(await this.#mayRunOn('Raise'))) {
          this.answer({ requestId: message.requestId, ok: false });
          return;
        }
        await this.connected().raiseEvent(instanceId, message.name, message.data);
        this.answer({ requestId: message.requestId, ok: true, message: `Raised ${message.name}` });
        return;
      }
      case 'moveClockTo': {
        const time = this.#time();
        if (time === undefined) throw new Error('The clock of this hub cannot be set.');
        if (!(await this.#mayRunOn('Fire'))) {
          this.answer({ requestId: message.requestId, ok: false });
          return;
        }
        await time.setClock({ to: fromTimestamp(message.at) });
        this.answer({ requestId: message.requestId, ok: true });
        return;
      }
      case 'act': {
        const question = `Purge ${instanceId}? Its history is deleted.`;
        if (message.action === 'purge' && !(await host.confirm(question, 'Purge'))) {
          this.answer({ requestId: message.requestId, ok: false });
          return;
        }
        if (message.action === 'resume' && !(await this.#mayRunOn('Resume'))) {
          this.answer({ requestId: message.requestId, ok: false });
          return;
        }
        const shown = await act(this.connected(), message.action, instanceId, message.reason);
        this.answer({ requestId: message.requestId, ok: true });
        if (shown !== instanceId) host.openInstance(shown);
        return;
      }
      case 'openReplay':
        this.post({ type: 'replayOpened', requestId: message.requestId, overview: await this.#replay().open() });
        return;
      case 'showMoment': {
        const moment = await this.#replay().moment(message.step, message.reveal);
        this.post({ type: 'replayMoment', requestId: message.requestId, moment });
        return;
      }
      case 'openVariable': {
        const variables = await this.#replay().variables(message.reference, message.start, message.count);
        this.post({ type: 'replayVariables', requestId: message.requestId, variables: [...variables] });
        return;
      }
      case 'debugReplay':
        this.#replay().debug(message.step, message.how);
        return;
      case 'hideReplay':
        this.options.replay?.hide();
    }
  }

  protected override onChanges(changes: readonly HubChange[]): void {
    const { instanceId } = this.options;
    let concerned = false;
    for (const change of changes) {
      if (change.type === 'resync') {
        concerned = true;
        this.#sendAnew();
      } else if (change.type === 'purged') {
        if (change.instanceId === instanceId || this.#histories.watches(change.instanceId)) concerned = true;
      } else if (change.row.instanceId === instanceId) {
        concerned = true;
        if (change.historyReplaced) this.#histories.forgetOwn();
      } else if (
        change.row.parentInstanceId === instanceId ||
        this.#histories.watches(change.row.instanceId) ||
        (this.#comparesWith?.hub === undefined && change.row.instanceId === this.#comparesWith?.instanceId)
      ) {
        concerned = true;
      }
    }
    if (!concerned) return;
    this.#askAgainMs = minAskAgainMs;
    this.#pace.soon();
  }

  async #send(): Promise<void> {
    const hub = this.hub;
    if (hub === undefined) return;
    const { instanceId } = this.options;
    const row = await hub.get(instanceId);
    const isLive = row !== undefined && !isTerminal(row.runtimeStatus);
    const [parent, children, childCounts, customStatusChanges, waitingFor, located, codeNames, chain] = await Promise.all([
      row?.parentInstanceId == null ? undefined : hub.get(row.parentInstanceId),
      hub.query({ parentInstanceId: instanceId, orderBy: 'createdTime', pageSize: maxChildren }),
      hub.countByStatus({ parentInstanceId: instanceId }),
      row === undefined ? [] : hub.customStatusChanges(instanceId),
      // The instance may be purged between two questions.
      isLive || row?.runtimeStatus === 'Terminated' ? hub.waitingFor(instanceId).catch(() => nothing) : nothing,
      row === undefined ? undefined : this.options.locate?.(row),
      isLive ? this.options.eventNames?.() : undefined,
      row?.runtimeStatus === 'Failed' ? this.#failureOf(hub, row) : undefined,
    ]);
    const openTimer =
      row !== undefined && waitingFor.codeEnded === true && waitingFor.timers.some(({ retryOf }) => retryOf === undefined)
        ? await this.options.locateOpenTimer?.(row)
        : undefined;
    const clock = await this.#time()
      ?.clock()
      .catch(() => undefined);
    this.post({
      type: 'instance',
      now: toTimestamp(this.options.clock.now()),
      instanceId,
      instance: row === undefined ? null : toInstanceDetails(row, located ?? { code: null, failure: null }, chain),
      parent: parent === undefined ? null : toInstanceSummary(parent),
      children: children.instances.map(toInstanceSummary),
      childCount: Object.values(childCounts).reduce((sum, each) => sum + each, 0),
      customStatusChanges: customStatusChanges.map(({ at, value }) => ({ at, value })),
      waitingFor: toWaitingForValue(waitingFor, openTimer),
      knownEventNames: [...new Set([...waitingFor.events, ...(codeNames ?? [])])],
      capabilities: { ...hub.capabilities },
      ...(clock === undefined ? {} : { canSetClock: true, isClockPaused: clock.mode === 'paused' }),
      ...(this.options.logs === undefined ? {} : { hasLog: true }),
      ...(this.options.host.whatIf === undefined ? {} : { canFork: true }),
      ...(this.options.host.saveTest === undefined ? {} : { canSaveTest: true }),
      ...(this.#comparesWith === undefined ? {} : { comparesWith: this.#comparesWith.instanceId }),
      ...(this.#comparesWith?.isImported === true ? { comparesWithImported: true } : {}),
      ...(this.options.host.compareWith === undefined ? {} : { canCompare: true }),
      ...(this.options.replay === undefined ? {} : { canReplay: true }),
      ...(this.options.isImported === true ? { isImported: true } : {}),
      ...(this.#opensReplay || this.options.isImported === true ? { opensReplay: true } : {}),
    });
    this.#opensReplay = false;
    this.#askAgainWhileQueued(waitingFor.activities.some(({ startedAt }) => startedAt === undefined));
    // A new generation, or a history rewritten meanwhile: what was read may be of either.
    if (row !== undefined && (await this.#histories.sendOwn(hub, row)) === 'changed') this.#pace.soon();
    await this.#histories.sendChildren(hub);
    const origin = row?.forkedFrom?.instanceId;
    const other = this.#comparesWith ?? (origin === undefined ? undefined : { instanceId: origin });
    if (row !== undefined && other !== undefined) await this.#sendComparison(hub, row, other);
  }

  async #sendComparison(hub: TaskHubClient, row: InstanceRow, other: ComparedInstance): Promise<void> {
    const origin = await (other.hub ?? hub).get(other.instanceId);
    const key = [row, origin]
      .map((each) => `${each?.executionId ?? ''}/${each?.historyLength ?? 0}/${each?.runtimeStatus ?? ''}`)
      .join(' ');
    if (this.#compared === key) return;
    this.#compared = key;
    const comparison = await panelComparison(hub, other.instanceId, row, other.hub);
    if (comparison !== null) this.post(comparison);
  }

  #sendLinesSoon(): void {
    if (this.#sendsLinesSoon || !this.isReady || this.options.logs === undefined) return;
    this.#sendsLinesSoon = true;
    this.options.clock.after(linesEveryMs, () => {
      this.#sendsLinesSoon = false;
      const lines = this.options.logs?.of(this.options.instanceId, this.#nextLine) ?? [];
      const last = lines.at(-1);
      if (last === undefined) return;
      this.post({ type: 'log', from: this.#nextLine, lines: [...lines] });
      this.#nextLine = last.number + 1;
    });
  }

  #sendAnew(): void {
    this.#histories.forget();
    this.#compared = '';
  }

  async #failureOf(hub: TaskHubClient, row: InstanceRow): Promise<readonly FailureLinkValue[]> {
    const key = `${row.executionId}/${row.historyLength}`;
    if (this.#failure?.key !== key) {
      const nowhere = { location: null, excerpt: null };
      // A child may be purged between two questions.
      const links = await failureChain(hub, row.instanceId).catch(() => []);
      const chain = await Promise.all(
        links.map(async (link) => ({ ...link, ...((await this.options.locateFailure?.(link)) ?? nowhere) })),
      );
      this.#failure = { key, chain };
    }
    return this.#failure.chain;
  }

  /** That a worker takes an activity is announced to nobody: it is asked for, ever less often, while somebody looks. */
  #askAgainWhileQueued(isQueued: boolean): void {
    if (!isQueued || this.#asksAgain) return;
    this.#asksAgain = true;
    this.options.clock.after(this.#askAgainMs, () => {
      this.#asksAgain = false;
      this.#askAgainMs = Math.min(2 * this.#askAgainMs, maxAskAgainMs);
      void this.#pace.now();
    });
  }

  /** Of the hub that is shown; an imported history has none. */
  #time(): HubClock | undefined {
    return this.options.isImported === true ? undefined : this.options.host.time?.();
  }

  /** The host asks where the code would break the instance. */
  #mayRunOn(verb: string): Promise<boolean> {
    const { host, instanceId } = this.options;
    return host.mayRunOn?.([instanceId], verb) ?? Promise.resolve(true);
  }

  #replay(): PanelReplay {
    if (this.options.replay === undefined) throw new Error('Open the panel in the editor to replay this instance.');
    return this.options.replay;
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

function isReplayQuestion(message: FromInstancePanel): message is Extract<FromInstancePanel, { type: ReplayQuestion }> {
  return message.type === 'openReplay' || message.type === 'showMoment' || message.type === 'openVariable';
}

type ReplayQuestion = 'openReplay' | 'showMoment' | 'openVariable';
