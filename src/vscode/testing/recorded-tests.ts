/** Recorded runs (`recordings/*.json`, what "Save Run as Test" writes) in VS Code's own Test view: run, step through, coverage of yields. */
import path from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/error-message';
import { causeTexts, type Divergence } from '../../core/history/divergence';
import type { DurableApp } from '../apps/find-apps';
import { readText } from '../apps/find-apps';
import { commands } from '../models/ids';
import { loadAnalysis } from '../source/load-analysis';
import { Visits } from '../models/yield-coverage';
import type { ReplayPart } from '../replay/replay-part';

const recordings = '**/recordings/*.json';
const sources = '**/*.{js,cjs,mjs,ts,cts,mts}';
const unwanted = '**/{node_modules,.git,.durascope,coverage,bin,obj,dist,out}/**';
const mostFiles = 500;

export class RecordedTests implements vscode.Disposable {
  readonly controller = vscode.tests.createTestController('durascope', 'Durascope Recordings');
  readonly #details = new WeakMap<vscode.FileCoverage, vscode.FileCoverageDetail[]>();
  readonly #disposables: { dispose(): unknown }[] = [this.controller];

  constructor(
    private readonly appOf: (file: vscode.Uri) => DurableApp | undefined,
    private readonly load: () => Promise<ReplayPart>,
  ) {
    const { controller } = this;
    controller.resolveHandler = async (item) => {
      if (item === undefined) await this.find();
    };
    controller.refreshHandler = () => this.find();
    const { Run, Debug, Coverage } = vscode.TestRunProfileKind;
    controller.createRunProfile('Replay', Run, (request, token) => this.run(request, token), true);
    controller.createRunProfile('Step through Replay', Debug, (request, token) => this.debug(request, token), true);
    const coverage = controller.createRunProfile(
      'Replay with Coverage of Yields',
      Coverage,
      (request, token) => this.run(request, token, true),
      true,
    );
    coverage.loadDetailedCoverage = (_run, file) => Promise.resolve(this.#details.get(file) ?? []);
    const watcher = vscode.workspace.createFileSystemWatcher(recordings);
    this.#disposables.push(
      watcher,
      watcher.onDidCreate((file) => this.#add(file)),
      watcher.onDidDelete((file) => controller.items.delete(file.toString())),
    );
  }

  /** What the workspace holds now. */
  async find(): Promise<void> {
    const files = await vscode.workspace.findFiles(recordings, unwanted, mostFiles);
    this.controller.items.replace([]);
    for (const file of files.sort((a, b) => a.path.localeCompare(b.path))) this.#add(file);
  }

  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken, isCovered = false): Promise<void> {
    const visits = isCovered ? new Visits() : undefined;
    const run = this.controller.createTestRun(request);
    try {
      const items = this.#itemsOf(request);
      for (const item of items) run.enqueued(item);
      for (const item of items) {
        if (token.isCancellationRequested) run.skipped(item);
        else await this.#replay(run, item, visits);
      }
      if (visits !== undefined) await this.#cover(run, visits, items);
    } finally {
      run.end();
    }
  }

  /** The result of the replay, and the debugger over each. */
  async debug(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    await this.run(request, token);
    for (const { uri } of this.#itemsOf(request)) {
      if (!token.isCancellationRequested) await vscode.commands.executeCommand(commands.importHistory, uri);
    }
  }

  dispose(): void {
    for (const each of this.#disposables) each.dispose();
  }

  #add(file: vscode.Uri): void {
    // A recording of nobody's orchestrations is none: other tools have folders of that name.
    if (this.appOf(file) === undefined) return;
    const label = path.basename(file.fsPath).replace(/(\.durascope)?\.json$/, '');
    const item = this.controller.createTestItem(file.toString(), label, file);
    this.controller.items.add(item);
  }

  #itemsOf({ include, exclude = [] }: vscode.TestRunRequest): vscode.TestItem[] {
    const chosen = include ?? [...this.controller.items].map(([, item]) => item);
    return chosen.filter((item) => !exclude.includes(item));
  }

  async #replay(run: vscode.TestRun, item: vscode.TestItem, visits: Visits | undefined): Promise<void> {
    const { uri } = item;
    const app = uri === undefined ? undefined : this.appOf(uri);
    if (uri === undefined || app === undefined) {
      run.errored(item, new vscode.TestMessage('The function app of this recording is not in the workspace any more.'));
      return;
    }
    run.started(item);
    const from = Date.now();
    const tell = (line: string): void => run.appendOutput(`${line}\r\n`, undefined, item);
    try {
      const part = await this.load();
      const messages: vscode.TestMessage[] = [];
      const names = new Set<string>();
      for (const recorded of await part.historiesIn(uri)) {
        const timeline = await part.replayRecorded(app.appDir, recorded);
        try {
          visits?.add(timeline);
          const { divergence, functionName } = timeline;
          names.add(functionName);
          item.description = [...names].join(', ');
          const who = `${functionName} '${recorded.instanceId}'`;
          if (divergence === null) tell(`${who} goes the way that was recorded.`);
          else {
            const text = divergenceText(who, divergence);
            tell(text);
            messages.push(divergenceMessage(text, divergence));
          }
        } finally {
          await timeline.dispose();
        }
      }
      if (messages.length === 0) run.passed(item, Date.now() - from);
      else run.failed(item, messages, Date.now() - from);
    } catch (error) {
      run.errored(item, new vscode.TestMessage(messageOf(error)), Date.now() - from);
    }
  }

  /** Files with yields of the apps whose recordings ran, reached or not. */
  async #cover(run: vscode.TestRun, visits: Visits, items: readonly vscode.TestItem[]): Promise<void> {
    const files = new Set(visits.files);
    const apps = new Set(items.flatMap(({ uri }) => (uri === undefined ? [] : (this.appOf(uri)?.appDir ?? []))));
    for (const appDir of apps) {
      const found = await vscode.workspace.findFiles(new vscode.RelativePattern(appDir, sources), unwanted, mostFiles);
      for (const { fsPath } of found) files.add(fsPath);
    }
    for (const file of [...files].sort()) {
      const uri = vscode.Uri.file(file);
      const text = await readText(uri);
      if (text === undefined || !/\byield\b/.test(text) || (!/\bdf\b/.test(text) && !visits.files.includes(file))) continue;
      const known = loadAnalysis().yieldsInText(file, text);
      if (known === null || known.yields.length === 0) continue;
      const details = detailsOf(visits.of(file, known));
      const coverage = vscode.FileCoverage.fromDetails(uri, details);
      this.#details.set(coverage, details);
      run.addCoverage(coverage);
    }
  }
}

function detailsOf({ yields, branches }: ReturnType<Visits['of']>): vscode.FileCoverageDetail[] {
  const statements = new Map<string, vscode.StatementCoverage>();
  for (const { branch, count } of branches) {
    const range = rangeOf(branch.statement);
    const key = `${range.start.line}:${range.start.character}`;
    const statement = statements.get(key) ?? new vscode.StatementCoverage(0, range.start, []);
    statement.branches.push(new vscode.BranchCoverage(count, rangeOf(branch.span), branch.kind));
    if (typeof statement.executed === 'number') statement.executed = Math.max(statement.executed, count);
    statements.set(key, statement);
  }
  return [
    ...yields.map(({ yield: each, count }) => new vscode.StatementCoverage(count, rangeOf(each))),
    ...yields.map(({ yield: each, count, text }) => new vscode.DeclarationCoverage(text, count, rangeOf(each))),
    ...statements.values(),
  ];
}

function divergenceText(who: string, { rowIndex, cause, message }: Divergence): string {
  const row = rowIndex === null ? '' : ` (row ${rowIndex + 1})`;
  return `${who} no longer goes the way that was recorded${row}. ${causeTexts[cause].title}: ${message}`;
}

function divergenceMessage(text: string, { recorded, actual, place }: Divergence): vscode.TestMessage {
  const test = vscode.TestMessage.diff(text, recorded ?? 'nothing', actual ?? 'nothing');
  if (place !== null) {
    test.location = new vscode.Location(vscode.Uri.file(place.file), new vscode.Position(place.line - 1, place.column - 1));
  }
  return test;
}

function rangeOf(span: { startLine1: number; startColumn1: number; endLine1: number; endColumn1: number }): vscode.Range {
  return new vscode.Range(span.startLine1 - 1, span.startColumn1 - 1, span.endLine1 - 1, span.endColumn1 - 1);
}
