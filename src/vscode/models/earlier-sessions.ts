/** The question what becomes of the instances of earlier sessions, and its answer. */
import * as z from 'zod';
import type { SessionStart } from './emulator-settings';
import type { Memory } from './start-memory';

export type EarlierAnswer = SessionStart | 'look';

export interface EarlierQuestion {
  title: string;
  placeHolder: string;
  choices: readonly { label: string; detail: string; value: EarlierAnswer }[];
}

/** `count`: of instances and entities; null: not known. */
export function earlierQuestion(count: number | null): EarlierQuestion {
  const what = count === null ? 'the instances' : count === 1 ? 'the 1 instance' : `the ${count.toLocaleString('en')} instances`;
  return {
    title: `What should become of ${what} of earlier sessions?`,
    placeHolder: 'Remembered for this workspace, on this machine',
    choices: [
      { label: 'Keep them', detail: 'Earlier instances stay and go on where they were.', value: 'keep' },
      { label: 'Set them aside', detail: 'They are moved to a folder beside and can be looked at later.', value: 'setAside' },
      { label: 'Discard them', detail: 'Each session begins empty.', value: 'discard' },
      { label: 'Look at them first', detail: 'The emulator stays stopped; their histories can be read.', value: 'look' },
    ],
  };
}

const answer = z.enum(['keep', 'setAside', 'discard']);

/** The answers of the user, by the app's folder. */
export class EarlierAnswers {
  constructor(private readonly memory: Memory) {}

  of(appDir: string): SessionStart | undefined {
    return answer.safeParse(this.memory.get(keyOf(appDir))).data;
  }

  async remember(appDir: string, value: SessionStart): Promise<void> {
    await this.memory.update(keyOf(appDir), value);
  }

  async forget(appDir: string): Promise<void> {
    await this.memory.update(keyOf(appDir), undefined);
  }
}

function keyOf(appDir: string): string {
  return `session.start.${appDir}`;
}
