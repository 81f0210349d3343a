import * as vscode from 'vscode';
import type { InstanceRow } from '../../core/instances/instance';
import type { HubChange } from '../../core/ports/task-hub-client';
import { failureLine } from '../../protocol/instance-summary';
import type { AppEmulator } from '../emulators/app-emulator';
import type { Emulators } from '../emulators/emulators';
import { commands } from '../models/ids';
import { failureNews, failuresText, UnseenFailures } from '../models/unseen-failures';

const newsAfterMs = 500;
const mostListed = 100;

interface Watch {
  hub: unknown;
  failures: UnseenFailures;
  subscription: vscode.Disposable | { dispose(): void };
}

/** An instance that fails is noticed: on the activity bar, in the status bar and, where the setting says so, by a notification. */
export class Failures implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('durascope.failures', vscode.StatusBarAlignment.Left, 9.5);
  readonly #watches = new Map<string, Watch>();
  readonly #subscriptions: { dispose(): void }[];
  #news: { appDir: string; rows: InstanceRow[] } | undefined;

  constructor(
    private readonly view: Pick<vscode.TreeView<unknown>, 'badge' | 'onDidChangeVisibility'>,
    private readonly emulators: Emulators,
    private readonly open: (appDir: string, instanceId: string) => void,
    private readonly isLookedAt: (appDir: string, instanceId: string) => boolean,
  ) {
    this.#item.name = 'Durascope Failed Instances';
    this.#item.command = commands.showFailed;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
    this.#subscriptions = [
      this.#item,
      emulators.onChanged((emulator) => this.#watch(emulator)),
      // Who opens the view sees them there.
      view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.seeAll();
      }),
    ];
  }

  /** Its panel is open. */
  see(appDir: string, instanceId: string): void {
    this.#watches.get(appDir)?.failures.see(instanceId);
    this.#show();
  }

  seeAll(): void {
    for (const { failures } of this.#watches.values()) failures.seeAll();
    this.#show();
  }

  /** What has failed and was not looked at, to choose one from. */
  async choose(): Promise<void> {
    const all = [...this.#watches].flatMap(([appDir, { failures }]) => failures.rows.map((row) => ({ appDir, row })));
    if (all.length === 0) {
      void vscode.window.showInformationMessage('No instance has failed since you looked.');
      return;
    }
    const items = all.slice(0, mostListed).map(({ appDir, row }) => ({
      label: `$(error) ${row.name}`,
      description: row.instanceId,
      detail: failureLine(row),
      chosen: { appDir, instanceId: row.instanceId },
    }));
    const seen = { label: '$(check-all) Mark all as seen', description: '', detail: '', chosen: null };
    const picked = await vscode.window.showQuickPick([...items, seen], {
      title: failuresText(all.length) ?? '',
      placeHolder: 'Open one to read why',
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (picked === undefined) return;
    if (picked.chosen === null) this.seeAll();
    else this.open(picked.chosen.appDir, picked.chosen.instanceId);
  }

  dispose(): void {
    for (const { subscription } of this.#watches.values()) subscription.dispose();
    for (const each of this.#subscriptions) each.dispose();
  }

  #watch({ appDir, running }: AppEmulator): void {
    const known = this.#watches.get(appDir);
    const hub = running?.hub;
    if (known?.hub === hub) return;
    known?.subscription.dispose();
    this.#watches.delete(appDir);
    if (hub !== undefined) {
      const failures = new UnseenFailures((instanceId) => this.isLookedAt(appDir, instanceId));
      const subscription = hub.subscribe((changes) => this.#note(appDir, failures, changes), { events: false });
      this.#watches.set(appDir, { hub, failures, subscription });
    }
    this.#show();
  }

  #note(appDir: string, failures: UnseenFailures, changes: readonly HubChange[]): void {
    const before = failures.rows.length;
    const failed = failures.note(changes);
    if (failed.length === 0 && failures.rows.length === before) return;
    this.#show();
    if (failed.length > 0 && this.emulators.settingsOf({ appDir }).notifyFailures) this.#tellSoon(appDir, failed);
  }

  /** What fails together is one piece of news. */
  #tellSoon(appDir: string, failed: readonly InstanceRow[]): void {
    if (this.#news !== undefined) {
      this.#news.rows.push(...failed);
      return;
    }
    const news = { appDir, rows: [...failed] };
    this.#news = news;
    setTimeout(() => {
      this.#news = undefined;
      void this.#tell(news.appDir, news.rows);
    }, newsAfterMs);
  }

  async #tell(appDir: string, rows: readonly InstanceRow[]): Promise<void> {
    const only = rows.length === 1 ? rows[0] : undefined;
    const buttons = only === undefined ? ['Show'] : ['Open', 'Go to Failure'];
    const chosen = await vscode.window.showErrorMessage(failureNews(rows), ...buttons);
    if (chosen === 'Show') await this.choose();
    else if (chosen === 'Open' && only !== undefined) this.open(appDir, only.instanceId);
    else if (chosen === 'Go to Failure' && only !== undefined) {
      await vscode.commands.executeCommand(commands.goToFailure, only.instanceId);
    }
  }

  #show(): void {
    const rows = [...this.#watches.values()].flatMap(({ failures }) => failures.rows);
    const text = failuresText(rows.length);
    this.view.badge = text === null ? undefined : { value: rows.length, tooltip: text };
    if (text === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(error) ${text}`;
    this.#item.tooltip = rows
      .slice(0, 5)
      .map((row) => `${row.name}: ${failureLine(row)}`)
      .join('\n');
    this.#item.accessibilityInformation = { label: text };
    this.#item.show();
  }
}
