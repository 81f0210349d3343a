import * as vscode from 'vscode';
import type { HubClock } from '../../core/ports/hub-clock';
import type { PanelHost } from '../../protocol/panel-host';
import type { SourceLocation } from '../../protocol/panel-values';
import type { AppEmulator } from '../emulators/app-emulator';
import type { Dialogs } from '../editor/dialogs';
import { showSource } from '../editor/show-source';
import { commands } from '../models/ids';
import type { DurableApp } from '../apps/find-apps';
import type { PanelPreferences } from './panel-preferences';
import type { TextDocuments } from '../editor/text-documents';

/** What panels ask of the editor. */
export class EditorHost implements PanelHost {
  constructor(
    private readonly app: DurableApp,
    private readonly dialogs: Dialogs,
    private readonly documents: TextDocuments,
    private readonly emulator: () => AppEmulator,
    private readonly open: (app: DurableApp, instanceId: string, isPreview: boolean) => void,
    protected readonly onError: (error: unknown) => void,
    private readonly preferences: PanelPreferences,
    private readonly runOn: (app: DurableApp, instanceIds: readonly string[], verb: string) => Promise<boolean> = () =>
      Promise.resolve(true),
  ) {}

  /** Set by whoever has the panels of both. */
  compareInstances?: (leftId: string, rightId: string) => void;

  openInstance(instanceId: string, how?: { isPreview: boolean }): void {
    this.open(this.app, instanceId, how?.isPreview === true);
  }

  openSource(location: SourceLocation): void {
    showSource(location).then(undefined, this.onError);
  }

  openText(title: string, text: string, language: 'json' | 'csv' | 'plaintext'): void {
    this.documents.show(title, text, language).then(undefined, this.onError);
  }

  openHistory(instanceId: string): void {
    void vscode.commands.executeCommand(commands.openHistory, instanceId);
  }

  openDocs(page: string): void {
    const [file = '', fragment = ''] = page.split('#');
    const root = vscode.extensions.getExtension('durascope.durascope')?.extensionUri;
    if (root === undefined) return;
    const uri = vscode.Uri.joinPath(root, file).with({ fragment });
    vscode.commands.executeCommand('markdown.showPreview', uri).then(undefined, this.onError);
  }

  copyText(text: string): void {
    void vscode.env.clipboard.writeText(text);
  }

  async saveText(suggestedName: string, text: string, encoding: 'utf8' | 'base64' = 'utf8'): Promise<boolean> {
    const folder = this.app.folder?.uri ?? vscode.Uri.file(this.app.appDir);
    const extension = /\.(\w+)$/.exec(suggestedName)?.[1] ?? 'txt';
    const target = await this.dialogs.saveFile(vscode.Uri.joinPath(folder, suggestedName), {
      [extension.toUpperCase()]: [extension],
    });
    if (target === undefined) return false;
    await vscode.workspace.fs.writeFile(target, Buffer.from(text, encoding));
    return true;
  }

  prefer(key: string, value: unknown): void {
    this.preferences.set(key, value);
  }

  compareWith(instanceId: string, isImported: boolean): void {
    void vscode.commands.executeCommand(commands.compareWith, { instanceId, isImported });
  }

  startEmulator(): void {
    void vscode.commands.executeCommand(commands.startEmulator, this.app.appDir);
  }

  startInstance(name?: string): void {
    void vscode.commands.executeCommand(commands.startInstance, name);
  }

  startAgain(instanceId: string): void {
    void vscode.commands.executeCommand(commands.startAgain, instanceId);
  }

  stepTo(instanceId: string, row: number | null): void {
    void vscode.commands.executeCommand(commands.stepThroughReplay, instanceId, row);
  }

  saveTest(instanceId: string): void {
    void vscode.commands.executeCommand(commands.saveRunAsTest, instanceId);
  }

  whatIf(instanceId: string, row: number): void {
    void vscode.commands.executeCommand(commands.whatIf, instanceId, row);
  }

  time(): HubClock | undefined {
    return this.emulator().running?.time;
  }

  mayRunOn(instanceIds: readonly string[], verb: string): Promise<boolean> {
    return this.runOn(this.app, instanceIds, verb);
  }

  confirm(question: string, yes: string): Promise<boolean> {
    return this.dialogs.confirm(question, yes);
  }
}
