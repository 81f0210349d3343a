/** What a panel looks like (tab, filters, columns), kept by the editor or the browser so that a reload finds it again. */
import type * as z from 'zod';
import type { PanelTransport } from '../transport/panel-transport';

export class ViewMemory {
  private values: Record<string, unknown>;

  /** `fixed` is part of what is saved, whatever the panel remembers: the editor needs it to bring the panel back. */
  constructor(
    private readonly transport: Pick<PanelTransport, 'loadState' | 'saveState'>,
    private fixed: Readonly<Record<string, unknown>> = {},
  ) {
    const saved = transport.loadState();
    this.values = typeof saved === 'object' && saved !== null ? { ...saved } : {};
  }

  /** The remembered value, or `initial` when there is none or it is not of this shape (an older version wrote it). */
  read<T>(key: string, shape: z.ZodType<T>, initial: T): T {
    const parsed = shape.safeParse(this.values[key]);
    return parsed.success ? parsed.data : initial;
  }

  write(key: string, value: unknown): void {
    this.values = { ...this.values, [key]: value };
    this.save();
  }

  fix(fixed: Readonly<Record<string, unknown>>): void {
    this.fixed = fixed;
    this.save();
  }

  private save(): void {
    this.transport.saveState({ ...this.values, ...this.fixed });
  }
}
