import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { AppEmulator } from '../emulators/app-emulator';

interface TreeModel {
  connect(hub: TaskHubClient, names: () => readonly string[]): void;
  disconnect(): void;
}

/** Connects a tree's model with the hub of the emulator that is shown, now and after it starts again. */
export class TreeConnection {
  #connected: unknown;

  /** `type`: the functions whose names the model is told. */
  constructor(
    private readonly model: TreeModel,
    private readonly type: 'orchestrator' | 'entity',
  ) {}

  get isConnected(): boolean {
    return this.#connected !== undefined;
  }

  show(emulator: AppEmulator | undefined): void {
    const running = emulator?.shown;
    if (running === this.#connected) return;
    this.#connected = running;
    if (running === undefined) {
      this.model.disconnect();
      return;
    }
    this.model.connect(running.hub, () =>
      running
        .functions()
        .filter((each) => each.type === this.type)
        .map((each) => each.name),
    );
  }
}
