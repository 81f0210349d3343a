import * as z from 'zod';

/** As much of a `Memento` as is needed. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const remembered = z.array(z.string());
const maxRemembered = 10;

/** The inputs that instances of each orchestrator were started with, newest first. */
export class StartMemory {
  constructor(private readonly memory: Memory) {}

  inputs(orchestrator: string): readonly string[] {
    const parsed = remembered.safeParse(this.memory.get(keyOf(orchestrator)));
    return parsed.success ? parsed.data : [];
  }

  async remember(orchestrator: string, input: string): Promise<void> {
    const others = this.inputs(orchestrator).filter((each) => each !== input);
    await this.memory.update(keyOf(orchestrator), [input, ...others].slice(0, maxRemembered));
  }

  /** The orchestrator started last stands first in pickers. */
  async rememberOrchestrator(orchestrator: string): Promise<void> {
    await this.memory.update('start.last', orchestrator);
  }

  lastFirst(orchestrators: readonly string[]): string[] {
    const last = this.memory.get('start.last');
    return [...orchestrators].sort((a, b) => Number(b === last) - Number(a === last));
  }
}

function keyOf(orchestrator: string): string {
  return `start.input.${orchestrator.toLowerCase()}`;
}
