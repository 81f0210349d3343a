import path from 'node:path';
import * as vscode from 'vscode';
import type { Divergence } from '../../core/divergence';
import { DurascopeError } from '../../core/errors';
import type { Logger } from '../../core/ports/logger';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { createReplays, type Replays } from '../../emulator/replays';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { Emulators } from '../emulators';
import { emulatorOptions } from '../models/emulator-settings';

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
  watcher: vscode.FileSystemWatcher;
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
    const { appDir, imported, instanceId } = target;
    const replays = await this.#replaysOf(appDir);
    const timeline = await (imported === undefined
      ? replays.openInstance(this.hubOf(appDir), instanceId)
      : replays.open(imported.request));
    const { divergence, functionName, notes } = timeline;
    return withMore(timeline, {
      notes: imported === undefined ? notes : [...imported.notes, ...notes],
      divergence: divergence === null ? null : this.explain(appDir, functionName, divergence),
    });
  }

  hubOf(appDir: string): TaskHubClient {
    const hub = this.emulators.of({ appDir, name: path.basename(appDir), folder: undefined }).running?.hub;
    if (hub === undefined) throw new DurascopeError('Stopped', 'The emulator is not running: start it to replay its instances.');
    return hub;
  }

  /** Names of the app's orchestrators. */
  async orchestrators(appDir: string): Promise<string[]> {
    const functions = await (await this.#replaysOf(appDir)).functions();
    return functions.filter(({ type }) => type === 'orchestrator').map(({ name }) => name);
  }

  /** Replays in a process of their own that has the code as it is now; whoever asks for them disposes of them. */
  fresh(appDir: string): Replays {
    return createReplays(this.#options(appDir));
  }

  /** Replays in a process of their own that waits at `debugPort` for a debugger. */
  debugged(appDir: string, debugPort: number): Replays {
    return createReplays({ ...this.#options(appDir), debugPort });
  }

  dispose(): void {
    for (const { replays, watcher } of this.#all.values()) {
      watcher.dispose();
      void replays.dispose();
    }
    this.#all.clear();
  }

  async #replaysOf(appDir: string): Promise<Replays> {
    let app = this.#all.get(appDir);
    if (app === undefined) {
      const pattern = new vscode.RelativePattern(appDir, '**/*.{js,mjs,cjs,json,map}');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const created: AppReplay = { replays: createReplays(this.#options(appDir)), watcher, isStale: false };
      const onFile = ({ path: file }: vscode.Uri): void => {
        if (!/\/(node_modules|\.durascope|\.git)\//.test(file)) created.isStale = true;
      };
      watcher.onDidChange(onFile);
      watcher.onDidCreate(onFile);
      watcher.onDidDelete(onFile);
      app = created;
      this.#all.set(appDir, app);
    }
    if (app.isStale) {
      app.isStale = false;
      await app.replays.reload();
    }
    return app.replays;
  }

  #options(appDir: string) {
    if (!vscode.workspace.isTrusted) {
      throw new DurascopeError('NotSupported', 'Durascope runs nothing in a workspace that is not trusted.');
    }
    const settings = this.emulators.settingsOf({ appDir, name: '', folder: undefined });
    const { nodePath, env, watchdogMs } = emulatorOptions(settings, appDir, {}, process.versions['electron'] !== undefined);
    return {
      appDir,
      log: this.log,
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
    scopes: (step, frame) => timeline.scopes(step, frame),
    variables: (reference, range) => timeline.variables(reference, range),
    evaluate: (step, frame, expression) => timeline.evaluate(step, frame, expression),
    dispose: () => timeline.dispose(),
  };
}
