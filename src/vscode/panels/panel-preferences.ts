import type * as vscode from 'vscode';

const key = 'panels.preferences';

/** What the user has chosen in one panel and the next one begins with. */
export class PanelPreferences {
  constructor(private readonly memory: Pick<vscode.Memento, 'get' | 'update'>) {}

  all(): Readonly<Record<string, unknown>> {
    return this.memory.get<Record<string, unknown>>(key, {});
  }

  set(name: string, value: unknown): void {
    void this.memory.update(key, { ...this.all(), [name]: value });
  }
}
