import * as vscode from 'vscode';
import type { Finding, TextSpan } from '../../analysis/findings/finding';
import { causeTexts } from '../../core/history/divergence';
import { openDocument } from '../source/app-sources';
import { codeLensLanguages } from './code-lenses';
import { DeterminismFindings } from '../source/determinism-findings';
import { diagnosticCode } from './diagnostic-code';
import type { DurableApps } from '../apps/durable-apps';
import type { DurableApp } from '../apps/find-apps';
import { commands, settings } from '../models/ids';
import { severityOf, type FindingSeverity } from '../models/finding-severity';
import { folderFunctionName, sourceFilesOf } from '../source/source-index';

const quietMs = 250;
const sourceFile = /\.([mc]?[jt]sx?|cs|ps1)$/i;
const unwantedFolder = /[\\/](node_modules|dist|out|bin|obj|\.git|\.durascope)[\\/]/;

interface WatchedApp {
  app: DurableApp;
  findings: DeterminismFindings | undefined;
  changed: Set<string>;
  /** Files that have problems of ours in the editor. */
  shown: Set<string>;
}

/** What keeps orchestrators from replaying, as problems in the editor while the code is written, with what can be done about each. */
export class DeterminismDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('durascope-determinism');
  readonly #subscriptions: { dispose(): void }[];
  readonly #watched = new Map<string, WatchedApp>();
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly apps: DurableApps,
    private readonly onError: (error: unknown) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,cs,ps1}');
    this.#subscriptions = [
      this.#collection,
      watcher,
      watcher.onDidCreate((uri) => this.#note(uri, true)),
      watcher.onDidChange((uri) => this.#note(uri, false)),
      watcher.onDidDelete((uri) => this.#note(uri, true)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#note(document.uri, false);
      }),
      // Closing without saving takes the unsaved text back.
      vscode.workspace.onDidCloseTextDocument((document) => this.#note(document.uri, false)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('durascope.diagnostics')) this.#restart();
      }),
      apps.onChanged(() => this.#syncApps()),
      vscode.languages.registerCodeActionsProvider(
        [...codeLensLanguages, 'csharp', 'powershell'].map((language) => ({ language, scheme: 'file' })),
        this,
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    ];
    this.#syncApps();
  }

  /** The findings in a file as they were last looked at. */
  findingsIn(file: string): readonly Finding[] {
    return [...this.#watched.values()].flatMap((each) => each.findings?.known.get(file)?.findings ?? []);
  }

  /** The findings that an orchestrator of an app comes to. */
  findingsOf(appDir: string, orchestrator: string): readonly Finding[] {
    const known = this.#watched.get(appDir)?.findings?.known.values() ?? [];
    const wanted = orchestrator.toLowerCase();
    return [...known]
      .flatMap((each) => each.findings)
      .filter((each) => each.orchestrators.some((name) => name.toLowerCase() === wanted));
  }

  /** Resolves when everything that has changed so far has been looked at. */
  async settled(): Promise<void> {
    if (this.#timer !== undefined) this.#run();
    await this.#work;
  }

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    if (this.#collection.get(document.uri) === undefined) return [];
    await this.settled();
    const diagnostics = this.#collection.get(document.uri) ?? [];
    const known = [...this.#watched.values()]
      .map((each) => each.findings?.known.get(document.uri.fsPath))
      .find((each) => each !== undefined);
    if (known === undefined) return [];
    // What was found in the file on disk holds for a document that has been opened since and not been changed.
    if (known.version === null ? document.isDirty : known.version !== document.version) return [];
    return known.findings.flatMap((finding) => {
      const diagnostic = diagnostics.find((each) => codeOf(each) === finding.cause && each.range.isEqual(rangeOf(finding.span)));
      return diagnostic?.range.intersection(range) === undefined ? [] : actionsFor(document, finding, diagnostic);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const each of this.#subscriptions) each.dispose();
  }

  #syncApps(): void {
    const appDirs = new Set(this.apps.all.map((each) => each.appDir));
    for (const [appDir, watched] of this.#watched) {
      if (appDirs.has(appDir)) continue;
      this.#watched.delete(appDir);
      for (const file of watched.shown) this.#collection.delete(vscode.Uri.file(file));
    }
    for (const app of this.apps.all) {
      if (this.#watched.has(app.appDir) || !isOn(app)) continue;
      const watched: WatchedApp = { app, findings: undefined, changed: new Set(), shown: new Set() };
      this.#watched.set(app.appDir, watched);
      void Promise.all([sourceFilesOf(app), scriptsOf(app)]).then((files) => {
        for (const file of files.flat()) watched.changed.add(file.fsPath);
        this.#plan();
      });
    }
  }

  #restart(): void {
    this.#collection.clear();
    this.#watched.clear();
    this.#syncApps();
  }

  #note(uri: vscode.Uri, isNewOrGone: boolean): void {
    const file = uri.fsPath;
    if (uri.scheme !== 'file' || !sourceFile.test(file) || unwantedFolder.test(file) || file.endsWith('.d.ts')) return;
    const app = this.apps.of(uri);
    const watched = app === undefined ? undefined : this.#watched.get(app.appDir);
    if (watched === undefined) return;
    watched.findings?.sources.forget(file, isNewOrGone);
    watched.changed.add(file);
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), quietMs);
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = this.#work.then(() => this.#update()).catch(this.onError);
  }

  async #update(): Promise<void> {
    for (const watched of this.#watched.values()) {
      if (watched.changed.size === 0) continue;
      const { changed } = watched;
      watched.changed = new Set();
      watched.findings ??= new DeterminismFindings((file) => folderFunctionName(vscode.Uri.file(file)));
      if (await watched.findings.update(changed)) this.#show(watched);
    }
  }

  #show({ app, findings, shown }: WatchedApp): void {
    const setting: unknown = vscode.workspace.getConfiguration('durascope', vscode.Uri.file(app.appDir)).get(settings.severity);
    const known = findings?.known ?? new Map<string, { findings: readonly Finding[] }>();
    for (const file of shown) if (!known.has(file)) this.#collection.delete(vscode.Uri.file(file));
    shown.clear();
    for (const [file, { findings: found, version }] of known as ReadonlyMap<
      string,
      { findings: readonly Finding[]; version: number | null }
    >) {
      shown.add(file);
      // Of a text that has moved on since the editor itself keeps the problems in their places; the next look is under way.
      const open = openDocument(file);
      if (open !== undefined && version !== null && open.version !== version) continue;
      const diagnostics = found.map((each) => diagnosticOf(each, severityOf(each.cause, setting)));
      this.#collection.set(
        vscode.Uri.file(file),
        diagnostics.filter((each) => each !== undefined),
      );
    }
  }
}

/** Of PowerShell, which are functions by the folder that they lie in. */
function scriptsOf({ appDir }: DurableApp): Thenable<vscode.Uri[]> {
  return vscode.workspace.findFiles(new vscode.RelativePattern(appDir, '**/*.ps1'), '{**/node_modules/**,**/bin/**,**/obj/**}');
}

function isOn(app: DurableApp): boolean {
  return (
    app.kind === 'functionApp' &&
    vscode.workspace.getConfiguration('durascope', vscode.Uri.file(app.appDir)).get<boolean>(settings.diagnostics, true)
  );
}

const editorSeverity = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const satisfies Record<Exclude<FindingSeverity, 'off'>, vscode.DiagnosticSeverity>;

function diagnosticOf(finding: Finding, severity: FindingSeverity): vscode.Diagnostic | undefined {
  if (severity === 'off') return undefined;
  const diagnostic = new vscode.Diagnostic(rangeOf(finding.span), finding.message, editorSeverity[severity]);
  diagnostic.source = 'Durascope';
  diagnostic.code = diagnosticCode(finding.cause);
  diagnostic.relatedInformation = finding.related.map(
    (each) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(vscode.Uri.file(each.file), rangeOf(each.span)), each.message),
  );
  return diagnostic;
}

function codeOf(diagnostic: vscode.Diagnostic): unknown {
  return typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
}

function rangeOf(span: TextSpan): vscode.Range {
  return new vscode.Range(span.startLine1 - 1, span.startColumn1 - 1, span.endLine1 - 1, span.endColumn1 - 1);
}

function actionsFor(document: vscode.TextDocument, finding: Finding, diagnostic: vscode.Diagnostic): vscode.CodeAction[] {
  const actions = finding.fixes.map((fix, index) => {
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    for (const { start, end, text } of fix.edits) {
      action.edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    }
    action.isPreferred = index === 0;
    return action;
  });
  const ignore = new vscode.CodeAction(
    `Ignore here: ${causeTexts[finding.cause].title.toLowerCase()}`,
    vscode.CodeActionKind.QuickFix,
  );
  const line0 = finding.span.startLine1 - 1;
  const indent = /^\s*/.exec(document.lineAt(line0).text)?.[0] ?? '';
  const newline = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  ignore.edit = new vscode.WorkspaceEdit();
  ignore.edit.insert(
    document.uri,
    new vscode.Position(line0, 0),
    `${indent}${document.languageId === 'powershell' ? '#' : '//'} durascope-ignore-next-line ${finding.cause}${newline}`,
  );
  const explain = new vscode.CodeAction(
    `Explain: ${causeTexts[finding.cause].title.toLowerCase()}`,
    vscode.CodeActionKind.QuickFix,
  );
  explain.command = { title: 'Explain', command: commands.explainCause, arguments: [finding.cause] };
  return [...actions, ignore, explain].map((each) => {
    each.diagnostics = [diagnostic];
    return each;
  });
}
