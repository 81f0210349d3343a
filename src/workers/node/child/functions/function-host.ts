/** The loaded app, and how requests of the parent reach its functions. */
import { createRequire } from 'node:module';
import { thrownParts } from '../../../../base/error-message';
import { isThenable } from '../../../../base/thenable';
import type { HistoryEvent } from '../../../../core/history/history';
import type { FrameWriter } from '../../wire/frames';
import type { ActivityAsked, ChildMessage, EpisodeAsked, Init, ParentMessage } from '../../wire/messages';
import { Activities } from './activities';
import { loadApp } from '../loading/app-loader';
import { installCoreModule, type CoreModule } from '../loading/core-module';
import { ClientBindings } from '../loading/client-bindings';
import { EncodedCalls } from './encoded-calls';
import { Entities } from './entities';
import { DirectCalls } from './direct-call';
import { filesOutside } from '../loading/files-outside';
import { describeFunction, FunctionRegistry } from '../loading/function-registry';
import { makersOf } from '../loading/package-makers';
import { Triggers } from './http-triggers';
import { Invoker } from './invoker';
import { OneByOne } from './one-by-one';
import { logOperationErrors } from './operation-errors';
import { triggerProperties } from '../../../supervision/trigger-properties';
import type { EpisodeReply, EpisodeSlice, OrchestrationRunner } from '../orchestrations/orchestration-runner';
import { SdkOrchestrationRunner } from '../orchestrations/sdk-orchestration-runner';
import { CompiledEarly, hideRehearsal } from './rehearsal';
import { charsOf, RunAhead } from './run-ahead';
import type { Running, UserLog } from './user-log';

interface Loaded {
  invoker: Invoker;
  activities: Activities;
  entities: Entities;
  encoded: EncodedCalls;
  triggers: Triggers;
  orchestrations: OrchestrationRunner;
  ahead: RunAhead;
}

export class FunctionHost {
  private readonly registry = new FunctionRegistry();
  private readonly core: CoreModule;
  private loaded: Loaded | null = null;
  /** What came of episodes before they came themselves, by their number. */
  private readonly parts = new Map<number, readonly HistoryEvent[]>();
  private readonly turns = new OneByOne();
  /** By execution: the episode that waits for something outside. */
  private readonly episodes = new Map<string, Promise<EpisodeReply>>();
  private readonly early = new CompiledEarly();

  constructor(
    private readonly out: FrameWriter<ChildMessage>,
    private readonly log: UserLog,
  ) {
    this.core = installCoreModule(this.registry, (level, category, message) => {
      log.write(level, category, message, null);
    });
    log.useHooks(this.core.hooks);
  }

  /** Rejects with `AppLoadError`. */
  async load(init: Init): Promise<void> {
    const { registry, core, log } = this;
    const app = await loadApp(init, registry, core);
    const { hooks } = core;
    const { maxActions, httpPollDelayMs } = init;
    const clients = new ClientBindings(init);
    const invoker = new Invoker({ hooks, log, modelFor: (fn) => app.model(fn), clients });
    const direct = new DirectCalls({ log, clients, sampleContext: (fn) => invoker.sampleContext(fn) });
    await direct.prepare(registry.all());
    const activities = new Activities({ registry, invoker, hooks, direct });
    const entities = new Entities({ registry, invoker, hooks, direct });
    const names = {
      activity: registry.names('activity'),
      orchestrator: registry.names('orchestrator'),
      entity: registry.names('entity'),
    };
    const { cache } = createRequire(__filename);
    const makers = makersOf(cache);
    const orchestrations = new SdkOrchestrationRunner({
      invoke: async ({ functionName, instanceId, triggerJson }) => {
        const fn = registry.get(functionName);
        if (fn === undefined) throw new Error(`The app has no function named "${functionName}".`);
        if (direct.canCall(fn) && !hooks.aroundInvocations()) return direct.call(fn, instanceId, triggerJson).returned;
        const triggerMetadata = { ...triggerProperties(triggerJson), instanceId: { string: instanceId } };
        return invoker.invokeForResult({ fn, data: { string: triggerJson }, instanceId, triggerMetadata });
      },
      callInPlace: ({ functionName, instanceId, triggerJson }, code) => {
        const fn = registry.get(functionName);
        const isAlone = fn !== undefined && direct.canCall(fn) && makers?.isOrchestratorAlone(fn) === true;
        if (!isAlone || hooks.aroundInvocations()) return false;
        direct.call(fn, instanceId, triggerJson, code);
        return true;
      },
      functionNames: (type) => names[type],
      isHidden: (name) => registry.isHidden(name),
      maxActions,
      ...(httpPollDelayMs === undefined ? {} : { httpPollDelayMs }),
      canStayWarm: () => !hooks.aroundInvocations(),
      quietly: (run) => log.quietly(run),
      onWarning: (instanceId, message) =>
        this.out.send({ type: 'log', level: 'warning', category: 'worker', message, instanceId }),
    });
    orchestrations.attach(cache);
    logOperationErrors(cache, (level, message) => log.write(level, 'user', message, null));
    const canRehearse = !hooks.aroundInvocations() && hideRehearsal(registry, direct, cache);
    this.loaded = {
      invoker,
      activities,
      entities,
      encoded: new EncodedCalls({ registry, invoker, hooks, direct }),
      triggers: new Triggers({ registry, invoker, log, streaming: app.httpUri !== undefined }),
      orchestrations,
      ahead: new RunAhead({
        say: (message, chars) => this.out.send(message, undefined, chars),
        frameNumber: () => this.out.frameNumber,
        hasClient: (name) => registry.get(name)?.extraInputs.some((input) => input.isDurableClient) === true,
        run: (slice) => this.run(slice, orchestrations),
        activity: (name, instanceId, input) => activities.run({ name, instanceId, input }),
        turns: this.turns,
      }),
    };
    this.out.send({
      type: 'ready',
      functions: registry.all().map((fn) => describeFunction(fn)),
      ...(app.httpUri === undefined ? {} : { httpUri: app.httpUri }),
      canRehearse,
      runsTypeScript: app.runsTypeScript,
      outside: filesOutside(init),
      warnings: app.warnings,
      problems: app.problems,
    });
  }

  async terminate(): Promise<void> {
    const { hooks } = this.core;
    await hooks.run('appTerminate', { hookData: hooks.appHookData, appHookData: hooks.appHookData });
  }

  /** What was said of an instance is not sent: nothing that builds on it is of use to the parent. */
  stopRunningAhead(instanceId: string): void {
    this.loaded?.ahead.stop(instanceId);
  }

  takeUnhandledRejection(reason: unknown): boolean {
    return this.loaded?.invoker.takeUnhandledRejection(reason) ?? false;
  }

  take(message: Exclude<ParentMessage, { type: 'init' | 'shutDown' }>, bytes: Buffer | null): void {
    if (message.type === 'ping') {
      this.out.send({ type: 'pong' });
      return;
    }
    if (this.loaded === null) throw new Error(`"${message.type}" came before the app was loaded.`);
    const { loaded } = this;
    const { ahead, entities, encoded, triggers, orchestrations } = loaded;
    switch (message.type) {
      case 'forget':
        ahead.stop(message.instanceId);
        orchestrations.forget(message.instanceId);
        break;
      case 'events': {
        this.parts.set(message.id, (this.parts.get(message.id) ?? []).concat(message.events));
        break;
      }
      case 'episode': {
        const before = this.parts.get(message.id);
        this.parts.delete(message.id);
        const asked = before === undefined ? message : { ...message, events: [...before, ...message.events] };
        const rank = this.registry.isHidden(asked.name) ? 'rehearsedNew' : 'new';
        this.turns.add(() => this.answer(asked.id, () => this.episode(asked, loaded)), rank);
        break;
      }
      case 'activity': {
        // What has begun is gone on with before anything else begins.
        const rank = this.registry.isHidden(message.name) ? 'rehearsedBegun' : 'begun';
        this.turns.add(() => this.answer(message.id, () => this.activity(message, ahead)), rank);
        break;
      }
      case 'entity': {
        const { id } = message;
        this.answer(id, async () => {
          const outcome = await entities.run(message);
          this.out.send({ type: 'entityDone', id, outcome }, undefined, outcome.state?.length);
        });
        break;
      }
      case 'encoded': {
        const { id } = message;
        this.answer(id, async () => this.out.send({ type: 'encodedDone', id, outcome: await encoded.run(message, bytes) }));
        break;
      }
      case 'http': {
        const { id } = message;
        this.answer(id, async () => {
          const { answer, outputs } = await triggers.http(message, bytes);
          if (answer === null) {
            this.out.send({ type: 'httpDone', id, response: null, outputs });
            return;
          }
          const { status, headers, body } = answer;
          this.out.send({ type: 'httpDone', id, response: { status, headers }, outputs }, body ?? undefined);
        });
        break;
      }
      case 'invoke': {
        const { id } = message;
        this.answer(id, async () => {
          const { result, outputs } = await triggers.invoke(message);
          this.out.send({ type: 'invoked', id, result, outputs }, undefined, result?.length);
        });
        break;
      }
      case 'replay':
        throw new Error('The app was not loaded to be replayed.');
      default:
        message satisfies never;
    }
  }

  private async activity({ id, name, instanceId, input, goOn }: ActivityAsked, ahead: RunAhead): Promise<void> {
    if (goOn === undefined) {
      const outcome = await ahead.activity(name, instanceId, input);
      this.out.send({ type: 'activityDone', id, outcome }, undefined, charsOf(outcome));
      return;
    }
    const { result, step } = await ahead.activityOn(goOn, name, instanceId, input);
    const next = step === null ? null : { at: step.at, outcome: step.outcome };
    this.out.send({ type: 'activityDone', id, outcome: result, next, instanceId }, undefined, charsOf(result));
    if (step !== null && step.onward !== null) void ahead.goOn(step.onward);
  }

  /** Answers at once where it can: most episodes do. */
  private episode(asked: EpisodeAsked, { orchestrations, ahead }: Loaded): Promise<unknown> | boolean {
    if (this.registry.isHidden(asked.name)) this.early.rehearsed();
    ahead.stop(asked.instanceId);
    const reply = this.run(asked, orchestrations);
    if (!isThenable(reply)) return this.episodeDone(asked, reply, ahead);
    const later = reply;
    return (async () => this.episodeDone(asked, await later, ahead))();
  }

  /** O1: whoever explores asks for many replays of one execution at a time. */
  private run(asked: EpisodeSlice, orchestrations: OrchestrationRunner): EpisodeReply | Promise<EpisodeReply> {
    const { executionId } = asked;
    const before = this.episodes.get(executionId);
    const reply = before === undefined ? this.runNow(asked, orchestrations) : this.runAfter(before, asked, orchestrations);
    if (!isThenable(reply)) return reply;
    this.episodes.set(executionId, reply);
    const over = (): void => {
      if (this.episodes.get(executionId) === reply) this.episodes.delete(executionId);
    };
    void awaited(reply, over, over);
    return reply;
  }

  private async runAfter(
    before: Promise<unknown>,
    asked: EpisodeSlice,
    orchestrations: OrchestrationRunner,
  ): Promise<EpisodeReply> {
    await before;
    return this.runNow(asked, orchestrations);
  }

  private runNow(asked: EpisodeSlice, orchestrations: OrchestrationRunner): EpisodeReply | Promise<EpisodeReply> {
    const running: Running = { functionName: asked.name, instanceId: asked.instanceId, invocationId: undefined };
    const previous = this.log.enter(running);
    try {
      return orchestrations.run(asked);
    } finally {
      this.log.enter(previous);
    }
  }

  /** Answers whether something follows. */
  private episodeDone(asked: EpisodeAsked, reply: EpisodeReply, ahead: RunAhead): boolean {
    const { id } = asked;
    if (reply === 'needHistory') {
      this.out.send({ type: 'episodeDone', id, outcome: null });
      return false;
    }
    const [outcome, onward] = ahead.answer(asked, reply);
    this.out.send({ type: 'episodeDone', id, outcome });
    if (onward !== null) void ahead.goOn(onward);
    return onward !== null;
  }

  /** Runs what answers a request, and answers itself whether that goes on. Whatever is thrown there is the answer. */
  private answer(id: number, run: () => Promise<unknown> | boolean): boolean {
    const failed = (error: unknown): void => {
      this.out.send({ type: 'failed', id, error: thrownParts(error) });
    };
    try {
      const done = run();
      if (typeof done === 'boolean') return done;
      void awaited(done, failed);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }
}

/** `await` instead of `then`: the app may have changed the methods of promises. */
async function awaited(
  done: Promise<unknown>,
  failed: (error: unknown) => void,
  succeeded: () => void = () => undefined,
): Promise<void> {
  try {
    await done;
    succeeded();
  } catch (error) {
    failed(error);
  }
}
