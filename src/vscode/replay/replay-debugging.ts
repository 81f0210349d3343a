import path from 'node:path';
import * as vscode from 'vscode';
import { ReplayDebugSession } from '../../debug/replay-debug-session';
import type { Position } from '../../debug/replay-cursor';
import type { ReplayLaunchArguments, ReplayProvider } from '../../debug/replay-provider';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { readText } from '../apps/find-apps';
import { replayDebugType } from '../models/ids';
import type { AppReplays, ImportedReplay, ReplayTarget } from './app-replays';
import type { MomentDecorations } from './moment-decorations';
import type { ReplayProblems } from './replay-problems';

/** Set on a JavaScript debug configuration that belongs to a replay, so that its process ends with the session. */
const codeMarker = 'durascopeReplay';

interface LaunchConfig extends ReplayLaunchArguments {
  appDir?: unknown;
  instanceId?: unknown;
  /** Of a history that was imported: under this number in `imported`. */
  imported?: unknown;
}

/** Where a session stands: rows from 0 in commit order, those that this moment has brought. */
export interface DebuggedMoment {
  target: ReplayTarget;
  rows: { from: number; to: number };
}

/** Replays under VS Code's debuggers: our own over the moments, and the ordinary one over the code. */
export class ReplayDebugging {
  readonly #moved = new vscode.EventEmitter<{ instanceId: string; step: number }>();
  /** A session stands at a step. */
  readonly onMoved = this.#moved.event;
  readonly #imported = new Map<number, ImportedReplay>();
  #current: { owner: string; moment: DebuggedMoment } | null = null;
  readonly #stops = new Map<string, () => void>();
  /** How many replays have been debugged. */
  #debugged = 0;
  readonly #subscription = vscode.debug.onDidTerminateDebugSession((session) => {
    const key: unknown = session.configuration[codeMarker];
    if (typeof key !== 'string' || session.parentSession !== undefined) return;
    this.#stops.get(key)?.();
    this.#stops.delete(key);
  });

  constructor(
    private readonly replays: AppReplays,
    private readonly decorations: MomentDecorations,
    private readonly problems: ReplayProblems,
    private readonly tell: (error: unknown) => void,
  ) {}

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const owner = `debug ${session.id}`;
    const adapter = new ReplayDebugSession({
      provider: this.#provider(session.configuration),
      onMoved: (position) => this.#show(owner, position, session.configuration as LaunchConfig),
    });
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the library's class does all that the editor asks for
    return new vscode.DebugAdapterInlineImplementation(adapter);
  }

  /** Opens the debugger over the target's moments; at a row's moment when one is given. */
  async start(target: ReplayTarget, name: string, row?: number): Promise<boolean> {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(target.appDir));
    return vscode.debug.startDebugging(folder, {
      type: replayDebugType,
      request: 'launch',
      name: `Replay: ${name}`,
      appDir: target.appDir,
      instanceId: target.instanceId,
      ...(row === undefined ? {} : { row }),
      ...(target.imported === undefined ? {} : { imported: this.#keep(target.imported) }),
    });
  }

  /** Runs the target's replay under the JavaScript debugger, which stops at breakpoints in the orchestrator. */
  async debugCode(target: ReplayTarget, name: string): Promise<boolean> {
    await this.replays.expectOwnCode(target);
    let onWaiting: (port: number) => void = () => undefined;
    const waiting = new Promise<number>((resolve) => (onWaiting = resolve));
    const replays = this.replays.debugged(target.appDir, onWaiting);
    const key = `${target.instanceId} ${(this.#debugged += 1)}`;
    let isStopped = false;
    this.#stops.set(key, () => {
      isStopped = true;
      void replays.dispose();
    });
    const opened =
      target.imported === undefined
        ? replays.openInstance(this.replays.hubOf(target.appDir), target.instanceId)
        : replays.open(target.imported.request);
    const ended = opened
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!isStopped) this.tell(error);
      });
    void ended.then(() => replays.dispose());
    const port = await Promise.race([waiting, ended]);
    // The process was not started, or has ended already: why has been told.
    if (port === undefined) {
      this.#stops.delete(key);
      return false;
    }
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(target.appDir));
    return vscode.debug.startDebugging(folder, {
      type: 'node',
      request: 'attach',
      name: `Debug Replay: ${name}`,
      address: '127.0.0.1',
      port,
      cwd: target.appDir,
      localRoot: target.appDir,
      continueOnAttach: true,
      timeout: 30_000,
      skipFiles: ['<node_internals>/**', '**/node_modules/**', '**/node-worker.js'],
      sourceMaps: true,
      outFiles: [path.join(target.appDir, '**', '*.js'), `!${path.join(target.appDir, '**', 'node_modules', '**')}`],
      autoAttachChildProcesses: false,
      [codeMarker]: key,
    });
  }

  /** Where the session stands that moved last; null: there is none. */
  get current(): DebuggedMoment | null {
    return this.#current?.moment ?? null;
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.#moved.dispose();
  }

  #provider(configuration: vscode.DebugConfiguration): ReplayProvider {
    const { appDir } = configuration as LaunchConfig;
    const dir = typeof appDir === 'string' ? appDir : '';
    return {
      open: async (launch) => {
        const timeline = await this.replays.open(this.#targetOf(launch));
        this.problems.note(timeline);
        return timeline;
      },
      related: async (_from, instanceId, executionId): Promise<ReplayTimeline | null> => {
        const row = await this.replays.hubOf(dir).get(instanceId);
        if (row === undefined || row.historyLength === 0) return null;
        if (executionId !== null && executionId !== '' && row.executionId !== executionId) return null;
        return this.replays.open({ appDir: dir, instanceId });
      },
      readSource: (file) => readText(vscode.Uri.file(file)),
    };
  }

  #targetOf({ appDir, instanceId, imported }: LaunchConfig): ReplayTarget {
    if (typeof appDir !== 'string' || appDir === '')
      throw new Error('Name the folder of host.json in `appDir` of the launch configuration.');
    const request = typeof imported === 'number' ? this.#imported.get(imported) : undefined;
    if (typeof imported === 'number' && request === undefined)
      throw new Error('Import the history again: this window does not have it any more.');
    if (typeof instanceId !== 'string' || instanceId === '')
      throw new Error('Name the instance in `instanceId` of the launch configuration.');
    return { appDir, instanceId, ...(request === undefined ? {} : { imported: request }) };
  }

  #keep(imported: ImportedReplay): number {
    const id = this.#imported.size + 1;
    this.#imported.set(id, imported);
    return id;
  }

  #show(owner: string, position: Position | null, configuration: LaunchConfig): void {
    if (position === null) {
      this.decorations.clear(owner);
      if (this.#current?.owner === owner) this.#current = null;
      return;
    }
    this.decorations.show(owner, { ...position, marksLine: false }, false);
    const { timeline, step } = position;
    const rows = timeline.steps[step]?.rows;
    // Of a child that was stepped into: the child's own.
    const root = this.#targetOf(configuration);
    const target = timeline.instanceId === root.instanceId ? root : { appDir: root.appDir, instanceId: timeline.instanceId };
    this.#current = rows === undefined ? null : { owner, moment: { target, rows } };
    this.#moved.fire({ instanceId: position.timeline.instanceId, step: position.step });
  }
}
