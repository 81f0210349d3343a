/** The workspace's explorations: what was explored, and under which schedules it went wrong. */
import * as z from 'zod';
import { countText } from '../../base/count-text';
import { shellQuoted } from '../../base/shell-quoted';
import type { Memory } from './start-memory';

const explorationForm = z.object({
  appDir: z.string(),
  name: z.string(),
  /** JSON text. */
  input: z.string().nullable(),
  events: z.array(z.object({ name: z.string(), data: z.string().nullable() })),
  /** What runs beside. */
  others: z.array(z.object({ name: z.string(), id: z.string(), input: z.string().nullable() })).default([]),
  expect: z.array(z.string()).nullable(),
  runs: z.number(),
  seed: z.number(),
  /** Of the last time. */
  findings: z.array(z.object({ schedule: z.string(), problem: z.string(), output: z.string().nullable() })),
});

export type KeptExploration = z.infer<typeof explorationForm>;
export type KeptFinding = KeptExploration['findings'][number];

const memoryKey = 'explorations';
const mostKept = 50;

export class KeptExplorations {
  constructor(private readonly memory: Memory) {}

  all(): readonly KeptExploration[] {
    const parsed = z.array(explorationForm).safeParse(this.memory.get(memoryKey));
    return parsed.success ? parsed.data : [];
  }

  /** In the place of what was kept of the same exploration. */
  async keep(exploration: KeptExploration): Promise<void> {
    await this.#write([...this.#without(exploration), exploration]);
  }

  async remove(exploration: KeptExploration): Promise<void> {
    await this.#write(this.#without(exploration));
  }

  #without(exploration: KeptExploration): KeptExploration[] {
    const key = explorationKey(exploration);
    return this.all().filter((each) => explorationKey(each) !== key);
  }

  #write(all: readonly KeptExploration[]): PromiseLike<void> {
    return this.memory.update(memoryKey, all.slice(-mostKept));
  }
}

/** Two of a key are the same exploration, whatever its outputs may be and how long it is looked for. */
export function explorationKey({ appDir, name, input, events, others }: KeptExploration): string {
  return JSON.stringify([appDir, name, input, events, others]);
}

export function explorationLabel({ name, input, events, others }: KeptExploration): string {
  const beside = others.map((other) => `beside ${other.name}`);
  const given = [...(input === null ? [] : [input]), ...events.map((event) => event.name), ...beside].join(', ');
  return given === '' ? name : `${name} (${given.length > 60 ? `${given.slice(0, 59)}…` : given})`;
}

export function scheduleText({ schedule }: KeptFinding): string {
  return schedule || 'in order';
}

export function schedulesText(schedules: number, isComplete: boolean): string {
  if (isComplete && schedules === 1) return 'the only schedule';
  return `${isComplete ? 'all ' : ''}${countText(schedules, 'schedule')}`;
}

/** The line that goes through a schedule once more. */
export function reproductionOf({ appDir, name, input, events, others, expect }: KeptExploration, schedule: string): string {
  const pairs = events.map((event) => [event.name, event.data === null ? null : (JSON.parse(event.data) as unknown)]);
  return [
    `durascope explore ${name} --app ${shellQuoted(appDir)}`,
    ...(input === null ? [] : [`--input ${shellQuoted(input)}`]),
    ...others.map(
      (other) => `--with ${shellQuoted(`${other.name}:${other.id}${other.input === null ? '' : `=${other.input}`}`)}`,
    ),
    ...(events.length === 0 ? [] : [`--events ${shellQuoted(JSON.stringify(pairs))}`]),
    ...(expect === null ? [] : [`--expect ${shellQuoted(`[${expect.join(',')}]`)}`]),
    `--schedule ${shellQuoted(schedule)}`,
  ].join(' ');
}
