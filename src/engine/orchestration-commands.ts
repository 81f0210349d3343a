/** What callers of the hub may do with orchestrations: each resolves when it is in the journal (E1 of `Engine`). */
import type { BehaviourProfile } from '../core/values/behaviour-profile';
import { dotnetJson } from '../core/values/dotnet-json';
import { DurascopeError } from '../core/values/errors';
import type { ExportedInstance } from '../core/instances/exported-instance';
import type { ForkRequest } from '../core/instances/forks';
import type { InboundEvent } from '../core/history/history';
import { profileOf, type InboxMessage, type InstanceRow } from '../core/instances/instance';
import { childInstanceIdProblem, instanceIdProblem, isEntityId } from '../core/values/instance-id';
import { lenientJson } from '../core/values/newtonsoft-json';
import { newInstance } from '../core/turns/new-instance';
import type { ImportConflicts, ImportOutcome, PurgeFilter, RestartOptions, StartOptions } from '../core/ports/task-hub-client';
import { isTerminal, type OrchestrationStatus, type TerminalStatus } from '../core/values/status';
import type { EngineCore } from './engine-core';
import { gatherFork } from './forks';
import { gatherImport } from './imports';
import { takes, unknownFunction } from './known-names';
import {
  alreadyExists,
  assertAside,
  assertUnfinished,
  assertValue,
  notFound,
  notForEntities,
  notTerminal,
  scheduledTime,
  wrongState,
} from './refusals';
import { rewind } from './rewinding';

const terminalStatuses: readonly TerminalStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];

export class OrchestrationCommands {
  constructor(
    private readonly core: EngineCore,
    /** Resolves once what this turn has gathered so far is in the journal. */
    private readonly gathered: () => Promise<void>,
  ) {}

  async start(options: StartOptions): Promise<{ instanceId: string; executionId: string }> {
    this.core.assertRunning();
    const { core } = this;
    const chosen = options.instanceId === undefined || options.instanceId === '' ? null : options.instanceId;
    const instanceId = chosen ?? core.world.newId();
    const existing = core.lives.rowOf(instanceId);
    // A child that is there already has the id that its parent gave it, which may be one that clients may not choose.
    const problem =
      existing === undefined ? instanceIdProblem(instanceId, core.options.clientIdRules) : childInstanceIdProblem(instanceId);
    if (problem !== null) throw new DurascopeError('InvalidInstanceId', problem);
    assertAside('Name, version and tags of a start', options.name, options.version, options.tags, options.traceContext);
    assertValue(`The input of '${options.name}'`, options.input, core.options.maxValueChars);
    const profile = this.#profileFor(options);
    this.#assertPolicy(options);
    if (existing !== undefined && !this.#isReplaceable(existing.runtimeStatus, options)) {
      throw alreadyExists(instanceId, existing.runtimeStatus);
    }
    const executionId = profile === 'A' ? dashed(core.world.newId()) : core.world.newId();
    const { row, started } = newInstance(
      { ...options, profile },
      {
        instanceId,
        executionId,
        // Clients of the protocol compare it with times in nanoseconds; JavaScript's packages know milliseconds.
        createdTime: profile === 'G' ? core.exactNow() : core.now(),
        scheduledStartTime: scheduledTime(options.scheduledStartTime),
        defaultVersion: core.options.defaultVersion,
        generation: existing === undefined ? 0 : existing.generation + 1,
      },
    );
    const replaces = existing !== undefined;
    const live = core.lives.begin(row);
    const messages: InboxMessage[] = [];
    core.accept(messages, live, executionId, started, row.scheduledStartTime);
    const batch = core.gather();
    batch.checkpoints.push({ instanceId, ...(replaces ? { purged: true } : {}), instance: row, messages });
    batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: replaces });
    await this.gathered();
    return { instanceId, executionId };
  }

  async raiseEvent(instanceId: string, name: string, data: string | null): Promise<void> {
    this.#unfinished(instanceId, 'raise an event for');
    assertAside('Names of events', name);
    assertValue(`The event '${name}'`, data, this.core.options.maxValueChars);
    await this.send(instanceId, { ...this.core.inbound(), EventType: 'EventRaised', Name: name, Input: data }, null);
  }

  async terminate(instanceId: string, reason: string | null, options?: { recursive?: boolean }): Promise<void> {
    this.#unfinished(instanceId, 'terminate');
    this.#assertReason(reason);
    const recurse = options?.recursive === true ? { Recurse: true } : {};
    await this.send(instanceId, { ...this.core.inbound(), EventType: 'ExecutionTerminated', Input: reason, ...recurse }, null);
  }

  async suspend(instanceId: string, reason: string | null): Promise<void> {
    const { runtimeStatus } = this.#unfinished(instanceId, 'suspend');
    this.#assertReason(reason);
    if (runtimeStatus === 'Suspended') throw wrongState(instanceId, 'suspend', runtimeStatus);
    await this.send(instanceId, { ...this.core.inbound(), EventType: 'ExecutionSuspended', Reason: reason }, null);
  }

  async resume(instanceId: string, reason: string | null): Promise<void> {
    const { runtimeStatus } = this.#unfinished(instanceId, 'resume');
    this.#assertReason(reason);
    if (runtimeStatus !== 'Suspended') throw wrongState(instanceId, 'resume', runtimeStatus);
    await this.send(instanceId, { ...this.core.inbound(), EventType: 'ExecutionResumed', Reason: reason }, null);
  }

  async rewind(instanceId: string, reason: string | null): Promise<void> {
    this.core.assertRunning();
    this.#assertReason(reason);
    // Which of its activities still run is read from the store.
    if (this.core.lives.isUncommitted(instanceId)) await this.gathered();
    rewind(this.core, instanceId, reason);
    await this.gathered();
  }

  async restart(instanceId: string, options?: RestartOptions): Promise<{ instanceId: string; executionId: string }> {
    this.core.assertRunning();
    if (isEntityId(instanceId)) throw notForEntities(instanceId, 'restart');
    const row = this.core.lives.rowOf(instanceId) ?? notFound(instanceId);
    const { name, input, version, tags } = row;
    return this.start({
      name,
      ...(options?.keepsTags === true && tags !== null ? { tags } : {}),
      // The extension hands over what the status shows: written again, and no input is null.
      input: this.core.isOfExtension(row) ? shownInput(input) : input,
      version,
      profile: profileOf(row),
      ...(options?.newInstanceId === false ? { instanceId } : {}),
    });
  }

  async fork(instanceId: string, request: ForkRequest): Promise<{ instanceId: string; executionId: string }> {
    this.core.assertRunning();
    const { world } = this.core;
    const forked = gatherFork(this.core, instanceId, request, (profile) =>
      profile === 'A' ? dashed(world.newId()) : world.newId(),
    );
    await this.gathered();
    return forked;
  }

  async purge(instanceId: string): Promise<number> {
    this.core.assertRunning();
    const live = this.core.lives.find(instanceId);
    if (live?.row == null) return 0;
    // Entities never end: they are removed as they are.
    if (!isTerminal(live.row.runtimeStatus) && !isEntityId(instanceId)) throw notTerminal(instanceId, live.row.runtimeStatus);
    this.core.remove(live);
    await this.gathered();
    return 1;
  }

  async purgeBy(filter: PurgeFilter): Promise<number> {
    this.core.assertRunning();
    const { store } = this.core.world;
    const { statuses, unfinished, ...times } = filter;
    const takesAll = statuses === undefined && unfinished === true;
    const wanted = statuses === undefined ? terminalStatuses : statuses.filter(isTerminal);
    if (wanted.length === 0) return 0;
    let deleted = 0;
    for (;;) {
      const page = store.query({ ...times, ...(takesAll ? {} : { statuses: wanted }), pageSize: 1000 });
      let purged = 0;
      for (const { instanceId } of page.instances) {
        // Memory may know better: purged a moment ago, or started anew.
        const live = this.core.lives.find(instanceId);
        if (live?.row == null || !(takesAll || isTerminal(live.row.runtimeStatus))) continue;
        this.core.remove(live);
        purged++;
      }
      // The next query begins anew, so what was just purged must be gone from it.
      if (purged > 0) await this.gathered();
      deleted += purged;
      if (purged === 0 || page.continuationToken === undefined) return deleted;
    }
  }

  async importInstances(instances: readonly ExportedInstance[], onConflict: ImportConflicts): Promise<ImportOutcome> {
    this.core.assertRunning();
    const outcome = gatherImport(this.core, instances, onConflict);
    if (outcome.imported.length > 0) await this.gathered();
    return outcome;
  }

  /** `Engine.send`. */
  async send(instanceId: string, event: InboundEvent, executionId: string | null): Promise<void> {
    this.core.assertRunning();
    const { core } = this;
    const live = core.lives.find(instanceId) ?? notFound(instanceId);
    const messages: InboxMessage[] = [];
    core.accept(messages, live, executionId, event);
    core.gather().checkpoints.push({ instanceId, messages });
    await this.gathered();
  }

  #assertReason(reason: string | null): void {
    assertValue('The reason', reason, this.core.options.maxValueChars);
  }

  /** Entities know none of the commands for orchestrations. */
  #unfinished(instanceId: string, verb: string): InstanceRow {
    const row = this.core.lives.rowOf(instanceId) ?? notFound(instanceId);
    if (isEntityId(instanceId) && verb !== 'raise an event for') throw notForEntities(instanceId, verb);
    assertUnfinished(row, verb);
    return row;
  }

  /** The extension refuses such a policy whether or not the id is in use, where host.json lets running instances be replaced. */
  #assertPolicy({ replaceable, narrowsOnly }: StartOptions): void {
    if (narrowsOnly !== true || replaceable === undefined || this.core.options.overridableStates !== 'AnyState') return;
    if (replaceable.includes('Terminated') || replaceable.every(isTerminal)) return;
    throw new DurascopeError(
      'InvalidArgument',
      "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances.",
    );
  }

  #isReplaceable(status: OrchestrationStatus, { replaceable, narrowsOnly }: StartOptions): boolean {
    if (replaceable?.includes(status) === false) return false;
    if (replaceable !== undefined && narrowsOnly !== true) return true;
    return isTerminal(status) || this.core.options.overridableStates === 'AnyState';
  }

  #profileFor({ name, version, profile, unknownName }: StartOptions): BehaviourProfile {
    if (name.trim() === '') throw new DurascopeError('InvalidArgument', 'A start needs the name of an orchestrator function.');
    // Worker-replayed SDKs answer for unknown names themselves (2.10.21).
    if (profile === 'G') return 'G';
    const { orchestratorNames } = this.core;
    const { A, G } = this.core.workers;
    if (orchestratorNames?.has(name) === true) return 'A';
    if (profile === undefined && G.worker !== null && takes(G.worker, 'orchestrator', name, version ?? '')) return 'G';
    // Before the app was loaded nobody knows.
    if (A.worker === null && orchestratorNames === null) return this.core.options.defaultProfile;
    if (unknownName === 'failsInstance' && A.worker !== null) return 'A';
    throw orchestratorNames?.unknown(name) ?? unknownFunction(name, 'orchestrator', []);
  }
}

/** The ExecutionId of an instance that a client has started is a GUID as it is mostly written; all others are 32 digits. */
function dashed(id: string): string {
  return id.replace(/^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/, '$1-$2-$3-$4-$5');
}

/** An input as the extension reads it and writes it again (recorded: `restart-inputs`). */
function shownInput(input: string | null): string {
  if (input === null) return 'null';
  const read = lenientJson(input, false);
  return read === null ? input : dotnetJson(read);
}
