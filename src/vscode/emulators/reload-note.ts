/**
 * What ran when the window went away, for the window that comes back: a reload brings its emulators along. Written while the extension is
 * put to sleep, when the editor's own memory is not to be relied on any more.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

/** A window that comes back later than this was closed, not reloaded. */
const reloadWithinMs = 60_000;
const noteOf = z.object({ at: z.number(), appDirs: z.array(z.string()) });

export class ReloadNote {
  readonly #file: string | undefined;

  /** `folder`: the extension's own for this workspace; undefined: no folder is open, and nothing is kept. */
  constructor(folder: string | undefined) {
    this.#file = folder === undefined ? undefined : path.join(folder, 'running.json');
  }

  write(appDirs: readonly string[], nowMs: number): void {
    if (this.#file === undefined || appDirs.length === 0) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(this.#file, JSON.stringify({ at: nowMs, appDirs }));
    } catch {
      // Then the user starts them by hand.
    }
  }

  /** Once: the folders of the apps whose emulators ran when the window was reloaded. */
  take(nowMs: number): readonly string[] {
    if (this.#file === undefined) return [];
    try {
      const note = noteOf.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
      rmSync(this.#file, { force: true });
      const age = nowMs - note.at;
      return age >= 0 && age <= reloadWithinMs ? note.appDirs : [];
    } catch {
      return []; // None was written.
    }
  }
}
