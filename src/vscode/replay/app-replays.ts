import * as vscode from 'vscode';
import type { Divergence } from '../../core/history/divergence';
import { DurascopeError } from '../../core/values/errors';
import type { Logger } from '../../core/ports/logger';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { waitLines } from '../../analysis/grammar-bundle/wait-lines';
import * as sources from '../../emulator/replays/project-sources';
import { createReplays, type Replays } from '../../emulator/replays/replays';
import { replayRequestOf } from '../../emulator/replays/replay-request';
import { ConnectedReplayWorker } from '../../replay/connected-replay-worker';
import { openReplay } from '../../replay/open-replay';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { RunningEmulator } from '../emulators/app-emulator';
import type { Emulators } from '../emulators/emulators';
import { emulatorOptions } from '../models/emulator-settings';
import { findProgramSource } from './program-source';

/** What is replayed: an instance of the app's hub, or a history that was brought along. */
export interface ReplayTarget {
  appDir: string;
  instanceId: string;
  /** Absent: the instance's own, as it is when the replay is opened. */
  imported?: ImportedReplay;
}

export interface ImportedReplay {
  request: ReplayRequest;
  /** What is missing in the history. */
  notes: readonly string[];
}

interface AppReplay {
  replays: Replays;
  watcher: vscode.Disposable;
  /** Code has changed since the process loaded it. */
  isStale: boolean;
}

/** For each app the process that its replays run in: started with the first, begun anew after a change of the code. */
export class AppReplays implements vscode.Disposable {
  readonly #all = new Map<string, AppReplay>();

  /** `explain` adds what the source of an orchestrator has to say about a divergence. */
  constructor(
    private readonly emulators: Emulators,
    private readonly log: Logger,
    private readonly explain: (appDir: string, functionName: string, divergence: Divergence) => Divergence,
  ) {}

  async open(target: ReplayTarget): Promise<ReplayTimeline> {
    const { appDir, imported } = target;
    const connected = await this.#connected(target);
    if (connected !== null) return this.#openConnected(appDir, connected, imported?.notes ?? []);
    const replays = await this.#replaysOf(appDir);
    const timeline = await (imported === undefined
      ? replays.openInstance(this.hubOf(appDir), target.instanceId)
      : replays.open(imported.request));
    const { divergence, functionName, notes } = timeline;
    return withMore(timeline, {
      notes: imported === undefined ? notes : [...imported.notes, ...notes],
      divergence: divergence === null ? null : this.explain(appDir, functionName, divergence),
    });
  }

  /** Rejects where a connected program runs the target's orchestrator: its code is not here to be debugged. */
  async expectOwnCode(target: ReplayTarget): Promise<void> {
    const connected = await this.#connected(target);
    if (connected === null) return;
    throw new DurascopeError(
      'NotSupported',
      this.#ownOf(target.appDir, connected.functionName) === undefined
        ? `A connected program runs '${connected.functionName}': attach the debugger of its language to that program. While it stands at a breakpoint, Step through Replay waits for it.`
        : `The package of '${connected.functionName}' runs it by messages: debug the app itself. While it stands at a breakpoint, Step through Replay waits for it.`,
    );
  }

  hubOf(appDir: string): TaskHubClient {
    const hub = this.emulators.of({ appDir }).shown?.hub;
    if (hub === undefined) throw new DurascopeError('Stopped', 'The emulator is not running: start it to replay its instances.');
    return hub;
  }

  /** Names of the app's orchestrators and of those that connected programs run. */
  async orchestrators(appDir: string): Promise<string[]> {
    const connected = this.#running(appDir)?.connectedWorkers() ?? [];
    const own = this.#running(appDir)?.functions() ?? [];
    const names = [
      ...connected.flatMap(({ orchestrators }) => orchestrators),
      ...own.filter(({ type, profile }) => type === 'orchestrator' && profile === 'G').map(({ name }) => name),
    ];
    // An app that cannot be loaded, or none at all, does not matter where a program has what is looked for.
    const functions = await this.#replaysOf(appDir)
      .then((replays) => replays.functions())
      .catch((error: unknown) => {
        if (names.length === 0) throw error;
        return [];
      });
    return [...new Set([...functions.filter(({ type }) => type === 'orchestrator').map(({ name }) => name), ...names])];
  }

  /** Replays in a process of their own that has the code as it is now; whoever asks for them disposes of them. */
  fresh(appDir: string): Replays {
    return createReplays(this.launchOptions(appDir));
  }

  /** Replays in a process of their own that waits for a debugger at the port that `onWaiting` is told. */
  debugged(appDir: string, onWaiting: (port: number) => void): Replays {
    return createReplays({ ...this.launchOptions(appDir), onWaiting });
  }

  dispose(): void {
    for (const { replays, watcher } of this.#all.values()) {
      watcher.dispose();
      void replays.dispose();
    }
    this.#all.clear();
  }

  /** As the app has it. */
  #ownOf(appDir: string, functionName: string): FunctionDescriptor | undefined {
    const wanted = functionName.toLowerCase();
    return this.#running(appDir)
      ?.functions()
      .find(({ name, type }) => type === 'orchestrator' && name.toLowerCase() === wanted);
  }

  #running(appDir: string): RunningEmulator | undefined {
    return this.emulators.of({ appDir }).running;
  }

  /** What to replay where a connected program runs the orchestrator; null where the app does. */
  async #connected({ appDir, instanceId, imported }: ReplayTarget): Promise<ReplayRequest | null> {
    const running = this.#running(appDir);
    if (imported !== undefined) {
      const { functionName } = imported.request;
      const own = this.#ownOf(appDir, functionName);
      if (own !== undefined) return own.profile === 'G' ? imported.request : null;
      const isTheirs = running?.connectedWorkers().some(({ orchestrators }) => orchestrators.includes(functionName)) === true;
      return isTheirs ? imported.request : null;
    }
    const row = await this.hubOf(appDir).get(instanceId);
    return row?.profile === 'G' ? replayRequestOf(this.hubOf(appDir), instanceId) : null;
  }

  async #openConnected(appDir: string, request: ReplayRequest, moreNotes: readonly string[]): Promise<ReplayTimeline> {
    const running = this.#running(appDir);
    if (running === undefined) throw new DurascopeError('Stopped', 'The emulator is not running: start it to replay this.');
    const workers = running.connectedWorkers();
    const worker = new ConnectedReplayWorker({
      replays: running.replays,
      functionNames: () =>
        workers.every(({ isAnnounced }) => isAnnounced)
          ? workers.flatMap(({ orchestrators, activities }) => [...orchestrators, ...activities])
          : null,
      findSource: async (name) => {
        const own = this.#ownOf(appDir, name);
        if (own === undefined) return findProgramSource(name);
        if (own.file === undefined) return (await sources.findInProject(appDir, name)) ?? findProgramSource(name, appDir);
        return { place: { file: own.file, line: own.line ?? 1, column: 1 }, text: '' };
      },
      findPlaces: waitLines(sources),
    });
    const timeline = await openReplay(request, worker);
    return withMore(timeline, { notes: [...moreNotes, ...timeline.notes], divergence: timeline.divergence });
  }

  async #replaysOf(appDir: string): Promise<Replays> {
    let app = this.#all.get(appDir);
    if (app === undefined) {
      const pattern = new vscode.RelativePattern(
        appDir,
        '**/*.{js,mjs,cjs,json,map,cs,fs,vb,csproj,fsproj,vbproj,ps1,psm1,psd1}',
      );
      const files = vscode.workspace.createFileSystemWatcher(pattern);
      // The watcher tells of it half a second later, and a replay may be asked for at once.
      const saved = vscode.workspace.onDidSaveTextDocument((document) => {
        if (vscode.languages.match({ pattern }, document) > 0) onFile(document.uri);
      });
      const watcher = vscode.Disposable.from(files, saved);
      const created: AppReplay = { replays: createReplays(this.launchOptions(appDir)), watcher, isStale: false };
      const onFile = ({ path: file }: vscode.Uri): void => {
        if (!/\/(node_modules|\.durascope|\.git)\/|\/obj\/.*\.(cs|fs|vb)$/.test(file)) created.isStale = true;
      };
      files.onDidChange(onFile);
      files.onDidCreate(onFile);
      files.onDidDelete(onFile);
      app = created;
      this.#all.set(appDir, app);
    }
    if (app.isStale) {
      app.isStale = false;
      await app.replays.reload();
    }
    return app.replays;
  }

  /** How a process that runs the app's code is started. */
  launchOptions(appDir: string) {
    if (!vscode.workspace.isTrusted) {
      throw new DurascopeError('NotSupported', 'Durascope runs nothing in a workspace that is not trusted.');
    }
    const settings = this.emulators.settingsOf({ appDir });
    const { nodePath, env, watchdogMs } = emulatorOptions(settings, appDir, {}, process.versions['electron'] !== undefined);
    return {
      appDir,
      log: this.log,
      findSource: async (name: string) => (await sources.findInProject(appDir, name)) ?? findProgramSource(name, appDir),
      findPlaces: waitLines(sources),
      ...(nodePath === undefined ? {} : { nodePath }),
      ...(env === undefined ? {} : { env }),
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
    };
  }
}

/** The timeline, with more to say about it. */
function withMore(timeline: ReplayTimeline, more: Pick<ReplayTimeline, 'notes' | 'divergence'>): ReplayTimeline {
  const { instanceId, executionId, functionName, history, steps, parentInstanceId } = timeline;
  return {
    ...{ instanceId, executionId, functionName, history, steps, parentInstanceId, ...more },
    ...(timeline.program === undefined ? {} : { program: timeline.program }),
    ...(timeline.complete === undefined ? {} : { complete: timeline.complete }),
    scopes: (step, frame) => timeline.scopes(step, frame),
    variables: (reference, range) => timeline.variables(reference, range),
    evaluate: (step, frame, expression) => timeline.evaluate(step, frame, expression),
    dispose: () => timeline.dispose(),
  };
}
