import * as vscode from 'vscode';
import type { contextKeys } from '../models/ids';

type Ticked = Extract<keyof typeof contextKeys, `has${'Run' | 'Started' | 'Looked' | 'OpenedPanel' | 'Replayed' | 'Debugged'}`>;
type TickedKey = (typeof contextKeys)[Ticked];

const done = new Set<TickedKey>();
/** What the editor takes to read its walkthroughs, which it does with the first that is opened. */
const readingMs = 500;

/** A step of the walkthrough is done. */
export function tick(key: TickedKey): void {
  if (done.has(key)) return;
  done.add(key);
  void vscode.commands.executeCommand('setContext', key, true);
}

/**
 * Opens the walkthrough with the ticks of what was done before. The editor ticks what comes true while it listens, never what is true when it
 * begins to: so what was done is done once more.
 */
export async function openTicked(open: () => PromiseLike<unknown>): Promise<void> {
  const set = (value: boolean): PromiseLike<unknown> =>
    Promise.all([...done].map((key) => vscode.commands.executeCommand('setContext', key, value)));
  await set(false);
  await open();
  await new Promise((resolve) => setTimeout(resolve, readingMs));
  await set(true);
}
