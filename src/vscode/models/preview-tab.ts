/**
 * The one tab that single clicks on instances share, as the editor's own previews: another click shows another instance in it, until it is
 * kept: by a double click, or by doing something in it.
 */
const doubleClickMs = 500;

/** What a panel sends that only looks around; all else is something done in it. */
const looks: ReadonlySet<string> = new Set([
  'ready',
  'prefer',
  'copyText',
  'openInstance',
  'openSource',
  'openText',
  'openDocs',
  'watchChild',
  'openHistory',
  'openReplay',
  'showMoment',
  'openVariable',
  'hideReplay',
]);

export class PreviewTab {
  #shown: { key: string; clickedMs: number } | null = null;

  /** Of the panel in the tab; null: there is none, or it is kept. */
  get key(): string | null {
    return this.#shown?.key ?? null;
  }

  show(key: string, nowMs: number): void {
    this.#shown = { key, clickedMs: nowMs };
  }

  /** A click on the instance that the tab shows already; true: the second one of a double click, and the tab is kept. */
  click(nowMs: number): boolean {
    if (this.#shown === null) return false;
    const isDouble = nowMs - this.#shown.clickedMs < doubleClickMs;
    this.#shown = isDouble ? null : { ...this.#shown, clickedMs: nowMs };
    return isDouble;
  }

  /** True: it was a preview. */
  keep(key: string): boolean {
    if (this.#shown?.key !== key) return false;
    this.#shown = null;
    return true;
  }
}

/** True for a message of a panel that does something: its tab is no preview any more. */
export function keepsTab(message: unknown): boolean {
  const type = typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : undefined;
  return typeof type === 'string' && !looks.has(type);
}

export const previewChoices = ['editor', 'on', 'off'] as const;

/** Both as the settings have them: the own one, and `workbench.editor.enablePreview`. */
export function reusesPreview(own: unknown, ofEditor: unknown): boolean {
  return own === 'on' || (own !== 'off' && ofEditor !== false);
}
