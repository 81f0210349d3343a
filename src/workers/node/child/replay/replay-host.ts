/** The app loaded to be replayed: no activity of it runs, and nothing beyond the process can be reached. */
import { createRequire } from 'node:module';
import { stackOrMessage } from '../../../../base/error-message';
import { defaultHostConfig } from '../../../../core/values/host-config';
import type { FrameWriter } from '../../wire/frames';
import type { ChildMessage, Init, ParentMessage, ReplayAsk } from '../../wire/messages';
import { packRun } from '../../wire/replay-wire';
import { ClientBindings } from '../loading/client-bindings';
import { loadApp } from '../loading/app-loader';
import { installCoreModule, type CoreModule } from '../loading/core-module';
import { DirectCalls } from '../functions/direct-call';
import { describeFunction, FunctionRegistry } from '../loading/function-registry';
import { Invoker } from '../functions/invoker';
import { triggerProperties } from '../../../supervision/trigger-properties';
import { SdkHooks } from '../orchestrations/sdk-hooks';
import type { UserLog } from '../functions/user-log';
import { CodePlaces } from './code-places';
import { GeneratorWatch } from './generator-watch';
import type { LogSink } from './log-sink';
import type { ReplayApp } from './replay-app';
import { ReplayRefusal } from './replay-refusal';
import { ReplaySession } from './replay-session';
import { SealedWorld } from './sealed-world';
import { StepwiseHooks } from './stepwise-run';
import { ValueInspector } from './value-inspector';

export class ReplayHost {
  private readonly registry = new FunctionRegistry();
  private readonly core: CoreModule;
  private app: ReplayApp | null = null;
  private invoker: Invoker | null = null;
  private readonly sessions = new Map<number, ReplaySession>();
  /** One question after the other: runs of the code must not mix. */
  private busy: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly out: FrameWriter<ChildMessage>,
    private readonly log: UserLog,
    private readonly sink: LogSink,
  ) {
    this.core = installCoreModule(this.registry, (level, category, message) => log.write(level, category, message, null));
    log.useHooks(this.core.hooks);
  }

  get isLoaded(): boolean {
    return this.app !== null;
  }

  /** Rejects with `AppLoadError`. */
  async load(init: Init): Promise<void> {
    const { registry, core, log } = this;
    const watch = new GeneratorWatch();
    watch.install();
    const world = new SealedWorld();
    world.install();
    const stepwise = new StepwiseHooks();
    stepwise.install();
    const hooks = new SdkHooks();
    const openBundled = hooks.watchBundles();
    const loaded = await loadApp(init, registry, core).finally(openBundled);
    const { maxActions, httpPollDelayMs = defaultHostConfig.defaultAsyncRequestSleepTimeMs } = init;
    const clients = new ClientBindings(init);
    const invoker = new Invoker({ hooks: core.hooks, log, modelFor: (fn) => loaded.model(fn), clients });
    this.invoker = invoker;
    const direct = new DirectCalls({ log, clients, sampleContext: (fn) => invoker.sampleContext(fn) });
    await direct.prepare(registry.all());
    hooks.attach(createRequire(__filename).cache);
    const inspector = new ValueInspector(new CodePlaces());
    inspector.learnScripts();
    this.app = {
      watch,
      world,
      hooks,
      stepwise,
      maxActions,
      httpPollDelayMs,
      inspector,
      logs: this.sink,
      names: (type) => registry.names(type),
      requiresGrpc: (functionName) => registry.get(functionName)?.requiresGrpc === true,
      invoke: (functionName, instanceId, triggerJson, state) =>
        // The id of the invocation is to be the same in every run.
        world.during(state, async () => {
          const fn = registry.get(functionName);
          if (fn === undefined) throw new Error(`The app has no function named "${functionName}".`);
          if (direct.canCall(fn) && !core.hooks.aroundInvocations()) return direct.call(fn, instanceId, triggerJson).returned;
          const triggerMetadata = { ...triggerProperties(triggerJson), instanceId: { string: instanceId } };
          return invoker.invokeForResult({ fn, data: { string: triggerJson }, instanceId, triggerMetadata });
        }),
    };
    const { warnings, problems } = loaded;
    this.out.send({ type: 'ready', functions: registry.all().map((fn) => describeFunction(fn)), warnings, problems });
  }

  /** The app's hooks for its end are not run: they would reach for what the app has open, and it has nothing open here. */
  terminate(): Promise<void> {
    return Promise.resolve();
  }

  takeUnhandledRejection(reason: unknown): boolean {
    return this.invoker?.takeUnhandledRejection(reason) ?? false;
  }

  take(message: Exclude<ParentMessage, { type: 'init' | 'shutDown' }>): void {
    if (message.type === 'ping') {
      this.out.send({ type: 'pong' });
      return;
    }
    if (message.type !== 'replay') throw new Error(`"${message.type}" is nothing for a replay.`);
    const { id, ask } = message;
    this.busy = this.busy
      .then(() => this.answer(ask))
      .then(
        (value) => this.out.send({ type: 'replayed', id, value }),
        (error: unknown) => {
          const code = error instanceof ReplayRefusal ? error.code : 'WorkerExited';
          const text = error instanceof ReplayRefusal ? error.message : `Durascope could not replay it: ${stackOrMessage(error)}`;
          this.out.send({ type: 'replayRefused', id, code, message: text });
        },
      );
  }

  private async answer(ask: ReplayAsk): Promise<unknown> {
    if (this.app === null) throw new Error('A question came before the app was loaded.');
    if (ask.what === 'open') {
      const session = await ReplaySession.open(this.app, ask.request, ask.session);
      this.sessions.set(ask.session, session);
      return packRun(session.run);
    }
    if (ask.what === 'close') {
      this.sessions.delete(ask.session);
      if (this.sessions.size === 0) this.app.inspector.release();
      return null;
    }
    const session = this.sessions.get(ask.session);
    if (session === undefined) throw new ReplayRefusal('Stopped', 'This replay is closed.');
    switch (ask.what) {
      case 'scopes':
        return session.scopes(ask.moment, ask.frame);
      case 'variables':
        return session.variables(ask.reference, ask.range);
      case 'evaluate':
        return session.evaluate(ask.moment, ask.frame, ask.expression);
    }
  }
}
