/**
 * What a panel looks like (tab, filters, columns), kept by the editor or the browser so that a reload finds it again. Some choices are
 * preferences: panels that are opened later begin with them.
 */
import type * as z from 'zod';
import type { PanelTransport } from '../transport/panel-transport';

export class ViewMemory {
  private values: Record<string, unknown>;
  private readonly preferences: Readonly<Record<string, unknown>>;

  /**
   * `fixed` is part of what is saved, whatever the panel remembers: the editor needs it to bring the panel back. `instanceId`: what the
   * panel is about, where that is known from the start.
   */
  constructor(
    private readonly transport: Pick<PanelTransport, 'loadState' | 'saveState' | 'loadPreferences' | 'send'>,
    private fixed: Readonly<Record<string, unknown>> = {},
    instanceId?: string,
  ) {
    this.values = { ...objectOf(transport.loadState()) };
    // The tab showed another instance before: its rows and filters mean nothing here, the part that was looked at stays.
    if (instanceId !== undefined && typeof this.values['instanceId'] === 'string' && this.values['instanceId'] !== instanceId) {
      this.values = 'tab' in this.values ? { tab: this.values['tab'] } : {};
    }
    this.preferences = objectOf(transport.loadPreferences());
  }

  /** The remembered value, else the preferred one, else `initial`; one that is not of this shape (an older version wrote it) is none. */
  read<T>(key: string, shape: z.ZodType<T>, initial: T): T {
    for (const values of [this.values, this.preferences]) {
      const parsed = shape.safeParse(values[key]);
      if (parsed.success) return parsed.data;
    }
    return initial;
  }

  write(key: string, value: unknown): void {
    this.values = { ...this.values, [key]: value };
    this.save();
  }

  /** Also for panels that are opened later. */
  prefer(key: string, value: z.core.util.JSONType): void {
    this.write(key, value);
    this.transport.send({ type: 'prefer', key, value });
  }

  fix(fixed: Readonly<Record<string, unknown>>): void {
    this.fixed = fixed;
    this.save();
  }

  private save(): void {
    this.transport.saveState({ ...this.values, ...this.fixed });
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
