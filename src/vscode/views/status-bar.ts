import * as vscode from 'vscode';
import type { AppEmulator } from '../emulators/app-emulator';
import { commands } from '../models/ids';
import { statusBarText, type StatusBarText } from '../models/emulator-status';

const commandOf: Readonly<Record<StatusBarText['command'], string>> = {
  start: commands.startEmulator,
  menu: commands.emulatorMenu,
  output: commands.showOutput,
};
const messageMs = 5000;

/** State and port of the emulator; results of commands stand beside it for a moment. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('durascope.emulator', vscode.StatusBarAlignment.Left, 10);

  constructor() {
    this.#item.name = 'Durascope Emulator';
  }

  show(emulator: AppEmulator | undefined, appName: string): void {
    if (emulator === undefined) {
      this.#item.hide();
      return;
    }
    const { text, tooltip, command, background } = statusBarText(emulator.status, appName, emulator.clock);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.command = commandOf[command];
    this.#item.backgroundColor =
      background === 'normal' ? undefined : new vscode.ThemeColor(`statusBarItem.${background}Background`);
    this.#item.accessibilityInformation = { label: tooltip };
    this.#item.show();
  }

  say(message: string): void {
    vscode.window.setStatusBarMessage(`$(info) ${message}`, messageMs);
  }

  dispose(): void {
    this.#item.dispose();
  }
}
