/** Explorations (docs/explore.md) in VS Code's own Test view: each a test, below it the schedules under which it goes wrong; kept between runs. */
import path from 'node:path';
import * as vscode from 'vscode';
import { countText } from '../../base/count-text';
import { messageOf } from '../../base/error-message';
import type { FoundOrchestrator } from '../../emulator/replays/explore-app';
import type { Explorer } from '../../replay/explore/explorer';
import {
  explorationKey,
  explorationLabel,
  type KeptExploration,
  KeptExplorations,
  type KeptFinding,
  reproductionOf,
  scheduleText,
  schedulesText,
} from '../models/kept-explorations';
import type { Memory } from '../models/start-memory';
import type { ReplayPart } from '../replay/replay-part';

export interface ExplorationsOptions {
  memory: Memory;
  load: () => Promise<ReplayPart>;
  /** Opens the debugger and the panel over a history of the app. */
  open: (appDir: string, name: string, history: Awaited<ReturnType<Explorer['follow']>>['history']) => Promise<boolean>;
}

interface Known {
  exploration: KeptExploration;
  /** Null: the exploration itself. */
  finding: KeptFinding | null;
}

export interface Found extends Known {
  finding: KeptFinding;
}

export class Explorations implements vscode.Disposable {
  readonly controller = vscode.tests.createTestController('durascopeExplorations', 'Durascope Explorations');
  readonly #kept: KeptExplorations;
  readonly #known = new WeakMap<vscode.TestItem, Known>();

  constructor(private readonly options: ExplorationsOptions) {
    this.#kept = new KeptExplorations(options.memory);
    const { controller } = this;
    const { Run, Debug } = vscode.TestRunProfileKind;
    controller.resolveHandler = (item) => {
      if (item === undefined) this.#show();
    };
    controller.createRunProfile('Explore Schedules', Run, (request, token) => this.run(request, token), true);
    controller.createRunProfile('Step through Replay', Debug, (request, token) => this.#debug(request, token), true);
    this.#show();
  }

  /** Explores it, as a run of the Test view, and keeps it. Rejects as `exploreApp` does. */
  async explore(
    exploration: KeptExploration,
    signal: AbortSignal,
    onProgress: (schedules: number) => void,
  ): Promise<{ exploration: KeptExploration; schedules: number; isComplete: boolean; notes: readonly string[] }> {
    const part = await this.options.load();
    const { found, orchestrator } = await part.explore(
      { ...exploration, signal, onProgress },
      async (explorer, orchestrator) => ({
        found: await explorer.explore(),
        orchestrator,
      }),
    );
    const findings = found.findings.map(({ schedule, problem, output }) => ({ schedule, problem, output }));
    const kept = { ...exploration, name: orchestrator.name, findings };
    await this.#kept.keep(kept);
    const item = this.#add(kept, orchestrator);
    const run = this.controller.createTestRun(new vscode.TestRunRequest([item]), undefined, false);
    const { schedules, isComplete } = found;
    item.description = `${schedulesText(schedules, isComplete)}${isComplete ? '' : `, seed ${kept.seed}`}`;
    if (findings.length === 0) run.passed(item);
    else {
      item.children.forEach((child) => {
        const known = this.#known.get(child);
        if (known?.finding != null) run.failed(child, failureOf(kept, known.finding, child));
      });
      run.failed(item, new vscode.TestMessage(`It goes wrong in ${countText(findings.length, 'way')}.`));
    }
    for (const { status, output, count } of found.outcomes) {
      run.appendOutput(`${String(count).padStart(8)}  ${status} ${output ?? ''}\r\n`, undefined, item);
    }
    const notes = found.unawaited.map(({ message }) => message);
    for (const note of notes) run.appendOutput(`${note}\r\n`, undefined, item);
    run.end();
    return { exploration: kept, schedules, isComplete, notes };
  }

  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const controller = new AbortController();
    const listening = token.onCancellationRequested(() => controller.abort());
    try {
      for (const item of this.#itemsOf(request)) {
        const known = this.#known.get(item);
        if (known === undefined || token.isCancellationRequested) continue;
        item.busy = true;
        try {
          if (known.finding === null) await this.explore(known.exploration, controller.signal, () => undefined);
          else await this.#follow(item, known.exploration, known.finding);
        } catch (error) {
          const run = this.controller.createTestRun(new vscode.TestRunRequest([item]), undefined, false);
          run.errored(item, new vscode.TestMessage(messageOf(error)));
          run.end();
        } finally {
          item.busy = false;
        }
      }
    } finally {
      listening.dispose();
    }
  }

  /** What an item of the Test view stands for; an exploration for the first of its findings. */
  chosen(item: unknown): Known | undefined {
    const known = this.#known.get(item as vscode.TestItem);
    return known && { ...known, finding: known.finding ?? known.exploration.findings[0] ?? null };
  }

  /** Those of the exploration that was run last come first. */
  get findings(): Found[] {
    return [...this.#kept.all()]
      .reverse()
      .flatMap((exploration) => exploration.findings.map((finding) => ({ exploration, finding })));
  }

  /** As a list of outputs. */
  async outputInOrder(exploration: KeptExploration): Promise<string[]> {
    const part = await this.options.load();
    const { run } = await part.explore(exploration, (explorer) => explorer.follow(''));
    return run.status === 'Completed' ? [JSON.stringify(run.output)] : [];
  }

  async remove(exploration: KeptExploration): Promise<void> {
    await this.#kept.remove(exploration);
    this.controller.items.delete(explorationKey(exploration));
  }

  /** Opens the replay of a schedule, with the code as it is now. */
  async open(exploration: KeptExploration, { schedule }: KeptFinding): Promise<boolean> {
    const part = await this.options.load();
    const { history } = await part.explore(exploration, (explorer) => explorer.follow(schedule));
    return this.options.open(exploration.appDir, exploration.name, history);
  }

  dispose(): void {
    this.controller.dispose();
  }

  #show(): void {
    for (const each of this.#kept.all()) {
      if (this.controller.items.get(explorationKey(each)) === undefined) this.#add(each, null);
    }
  }

  #add(exploration: KeptExploration, orchestrator: FoundOrchestrator | null): vscode.TestItem {
    const { controller } = this;
    const key = explorationKey(exploration);
    const before = controller.items.get(key);
    const file = orchestrator?.file ?? before?.uri?.fsPath;
    const uri = file === undefined ? undefined : vscode.Uri.file(file);
    const make = (id: string, label: string, known: Known): vscode.TestItem => {
      const item = controller.createTestItem(id, label, uri);
      const line0 = (orchestrator?.line ?? 1) - 1;
      if (uri !== undefined) item.range = orchestrator === null ? before?.range : new vscode.Range(line0, 0, line0, 0);
      this.#known.set(item, known);
      return item;
    };
    const item = make(key, explorationLabel(exploration), { exploration, finding: null });
    item.description = path.basename(exploration.appDir);
    item.children.replace(
      exploration.findings.map((finding) => {
        const child = make(`${key} ${finding.schedule}`, scheduleText(finding), { exploration, finding });
        child.description = finding.problem;
        return child;
      }),
    );
    controller.items.add(item);
    return item;
  }

  async #follow(item: vscode.TestItem, exploration: KeptExploration, finding: KeptFinding): Promise<void> {
    const part = await this.options.load();
    const { problem } = await part.explore(exploration, (explorer) => explorer.follow(finding.schedule));
    const run = this.controller.createTestRun(new vscode.TestRunRequest([item]), undefined, false);
    if (problem === null) run.passed(item);
    else run.failed(item, failureOf(exploration, { ...finding, problem }, item));
    run.end();
  }

  async #debug(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    for (const item of this.#itemsOf(request)) {
      const known = this.chosen(item);
      if (known === undefined || token.isCancellationRequested) continue;
      if (known.finding !== null) await this.open(known.exploration, known.finding);
      else void vscode.window.showInformationMessage(`${item.label} goes wrong under no schedule that is known.`);
    }
  }

  #itemsOf({ include, exclude = [] }: vscode.TestRunRequest): vscode.TestItem[] {
    const chosen = include ?? [...this.controller.items].map(([, item]) => item);
    return chosen.filter((item) => !exclude.includes(item));
  }
}

function failureOf(exploration: KeptExploration, { schedule, problem }: KeptFinding, item: vscode.TestItem): vscode.TestMessage {
  const message = new vscode.TestMessage(`${problem}\n\n${reproductionOf(exploration, schedule)}`);
  if (item.uri !== undefined && item.range !== undefined) message.location = new vscode.Location(item.uri, item.range);
  return message;
}
