/** Entry of dist/replay-part.js: what replays need, read when the first one is asked for. */
import type * as vscode from 'vscode';
import type { Divergence } from '../../core/history/divergence';
import type { HistoryEvent } from '../../core/history/history';
import { compareRuns } from '../../core/instances/compare-runs';
import type { Logger } from '../../core/ports/logger';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { ExploreAppOptions, FoundOrchestrator } from '../../emulator/replays/explore-app';
import type { ExploreOptions } from '../../replay/explore/exploration';
import type { Explorer } from '../../replay/explore/explorer';
import { runAgain } from '../../emulator/replays/compare-history';
import { importOrigin } from '../../emulator/transfer/imported-origin';
import { replayRequestOf } from '../../emulator/replays/replay-request';
import type { AttachedHub } from '../../hubs/attached-hub';
import type { PanelReplay } from '../../protocol/panel-replay';
import type { ImportedHistory } from '../../replay/imported-history';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { RunningEmulator } from '../emulators/app-emulator';
import type { Emulators } from '../emulators/emulators';
import { AppReplays, type ReplayTarget } from './app-replays';
import { importHistory, readHistory } from './import-history';
import { importedHub, standingHub } from './imported-hub';
import { MomentDecorations } from './moment-decorations';
import { EditorPanelReplay } from './panel-replay';
import { historiesIn, replayRecorded } from './recordings';
import { ReplayDebugging } from './replay-debugging';
import { ReplayProblems } from './replay-problems';

export interface ImportedInstance {
  instanceId: string;
  hub: TaskHubClient;
  replay: PanelReplay;
  /** Opens the debugger over it. */
  debug: () => Promise<boolean>;
}

export interface ComparedHistory {
  /** Of the run here. */
  instanceId: string;
  originId: string;
  hub: TaskHubClient;
  replayOf: (instanceId: string) => PanelReplay;
  /** False: the run did not come to rest in time. */
  hasEnded: boolean;
  /** Nothing differs but ids and times. */
  isSame: boolean;
}

/** A run of which nothing comes any more is given up. */
const patienceMs = 60_000;

export interface ReplayPartOptions {
  emulators: Emulators;
  log: Logger;
  /** As `AppReplays` takes it. */
  explain: (appDir: string, functionName: string, divergence: Divergence) => Divergence;
  /** Shows the user what went wrong. */
  tell: (error: unknown) => void;
}

export class ReplayPart implements vscode.Disposable {
  readonly replays: AppReplays;
  readonly debugging: ReplayDebugging;
  readonly #decorations = new MomentDecorations();
  readonly #problems = new ReplayProblems();

  constructor(private readonly options: ReplayPartOptions) {
    this.replays = new AppReplays(options.emulators, options.log, options.explain);
    this.debugging = new ReplayDebugging(this.replays, this.#decorations, this.#problems, options.tell);
  }

  /** For the panel of an instance, which closes it. */
  panelReplay(target: ReplayTarget): PanelReplay {
    const { replays, debugging } = this;
    return new EditorPanelReplay(target, {
      replays,
      debugging,
      decorations: this.#decorations,
      problems: this.#problems,
      tell: this.options.tell,
    });
  }

  /** A history out of a file, for a panel and the debugger; undefined when the user changed their mind. */
  async importHistory(file: vscode.Uri, appDir: string): Promise<ImportedInstance | undefined> {
    const found = await importHistory(file, appDir, this.replays);
    if (found === undefined) return undefined;
    const { target, name, request } = found;
    return {
      instanceId: target.instanceId,
      hub: importedHub(request),
      replay: this.panelReplay(target),
      debug: () => this.debugging.start(target, name),
    };
  }

  /** A history out of a file, to be compared with; undefined when the user changed their mind. */
  async comparedHistory(file: vscode.Uri): Promise<{ instanceId: string; hub: TaskHubClient } | undefined> {
    const request = await readHistory(file);
    return request === undefined ? undefined : { instanceId: request.instanceId, hub: importedHub(request) };
  }

  /**
   * A history out of a file, run again by an emulator of its own, which `launch` starts and which is stopped when the run has come to rest; both
   * runs as a hub that stands still. Undefined when the user changed their mind.
   */
  async compareHistory(
    file: vscode.Uri,
    appDir: string,
    launch: () => Promise<Pick<RunningEmulator, 'hub' | 'stop'>>,
  ): Promise<ComparedHistory | undefined> {
    const found = await importHistory(file, appDir, this.replays);
    if (found === undefined) return undefined;
    const emulator = await launch();
    try {
      const { origin, run, hasEnded } = await runAgain(emulator.hub, await importOrigin(emulator.hub, found.request), patienceMs);
      // Beside a history, not a fork of one.
      const row = { ...run.row };
      delete row.forkedFrom;
      const { instanceId, executionId, name } = row;
      const request = { instanceId, executionId, functionName: name, history: run.history };
      return {
        instanceId,
        originId: origin.row.instanceId,
        hub: standingHub([origin, { row, history: run.history }]),
        replayOf: (id) =>
          this.panelReplay(
            id === instanceId ? { appDir, instanceId, imported: { request, notes: [] } } : { ...found.target, instanceId: id },
          ),
        hasEnded,
        isSame: compareRuns(origin, run).isSame,
      };
    } finally {
      await emulator.stop();
    }
  }

  /** Of an instance of an attached hub, as it is when the replay is opened first. */
  async attachedReplay(hub: AttachedHub, appDir: string, instanceId: string): Promise<PanelReplay> {
    const request = await replayRequestOf(hub, instanceId);
    const { notes } = await hub.historyWithNotes(instanceId);
    return this.panelReplay({ appDir, instanceId, imported: { request, notes } });
  }

  /** As `exploreApp`, in a process of its own. */
  async explore<T>(
    asked: Pick<ExploreOptions, 'name' | 'input' | 'events' | 'expect' | 'runs' | 'seed' | 'signal' | 'onProgress'> &
      Pick<ExploreAppOptions, 'appDir' | 'others'>,
    explore: (explorer: Explorer, orchestrator: FoundOrchestrator) => Promise<T>,
  ): Promise<T> {
    const { exploreApp } = await import('../../emulator/emulator');
    const { log, nodePath, env } = this.replays.launchOptions(asked.appDir);
    const launch = { log, ...(nodePath === undefined ? {} : { nodePath }), ...(env === undefined ? {} : { env }) };
    return exploreApp({ ...asked, ...launch, check: null, failures: 1, doubles: 1 }, explore);
  }

  /** Of a history that an exploration has made. */
  explored(appDir: string, name: string, history: readonly HistoryEvent[]): ImportedInstance {
    const started = history.find((event) => event.EventType === 'ExecutionStarted');
    // Of several it may be another one than that which was named.
    const [functionName, instanceId, executionId] =
      started?.EventType === 'ExecutionStarted'
        ? [started.Name, started.OrchestrationInstance.InstanceId, started.OrchestrationInstance.ExecutionId]
        : [name, 'explored', ''];
    const request = { instanceId, executionId, functionName, history };
    const target = { appDir, instanceId, imported: { request, notes: [] } };
    return {
      instanceId,
      hub: importedHub(request),
      replay: this.panelReplay(target),
      debug: () => this.debugging.start(target, `${functionName} ${instanceId}`),
    };
  }

  historiesIn(file: vscode.Uri): Promise<ImportedHistory[]> {
    return historiesIn(file);
  }

  /** Whoever asks disposes it. */
  replayRecorded(appDir: string, recorded: ImportedHistory): Promise<ReplayTimeline> {
    return replayRecorded(this.replays, appDir, recorded);
  }

  dispose(): void {
    this.debugging.dispose();
    this.replays.dispose();
    this.#decorations.dispose();
    this.#problems.dispose();
  }
}
