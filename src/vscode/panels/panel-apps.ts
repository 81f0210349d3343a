/** Which app a panel belongs to: it is not in the panel's own state, and a reload of the window asks. */
import type { Memento } from 'vscode';

const memoryKey = 'panels.apps';
const maxRemembered = 200;

export class PanelApps {
  constructor(private readonly memory: Memento) {}

  /** Folder of the app; undefined: the panel was opened too long ago. */
  of(instanceId: string): string | undefined {
    return this.#all()[instanceId];
  }

  remember(instanceId: string, appDir: string): void {
    const others = Object.entries(this.#all()).filter(([id]) => id !== instanceId);
    void this.memory.update(memoryKey, Object.fromEntries([...others.slice(1 - maxRemembered), [instanceId, appDir]]));
  }

  #all(): Record<string, string> {
    return this.memory.get<Record<string, string>>(memoryKey, {});
  }
}
