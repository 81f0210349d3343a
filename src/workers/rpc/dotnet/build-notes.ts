/**
 * What a build warned of, and what it was up to date with, is kept beside its output: a later start, which builds nothing, shows the warnings all
 * the same, and does not build again for a file that changed nothing of the output.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { AppProblem } from '../../../core/values/app-problem';
import type { DotnetOutput } from './dotnet-project';

const fileName = 'durascope-build.json';

export interface BuildNotes {
  /** Milliseconds since 1970: sources of before then are in the output. */
  startedAt: number;
  warnings: readonly AppProblem[];
}

const none: BuildNotes = { startedAt: 0, warnings: [] };

const notesSchema = z.object({
  builtAt: z.number(),
  startedAt: z.number(),
  warnings: z.array(
    z.object({
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      source: z.string(),
      file: z.string().optional(),
      line: z.int().optional(),
      column: z.int().optional(),
      code: z.string().optional(),
    }),
  ),
});

/** Nothing where there are no notes, or where somebody else has built since. */
export async function readBuildNotes({ dir, builtAt }: DotnetOutput): Promise<BuildNotes> {
  try {
    const notes = notesSchema.parse(JSON.parse(await readFile(path.join(dir, fileName), 'utf8')));
    return notes.builtAt === builtAt ? (notes as BuildNotes) : none;
  } catch {
    return none;
  }
}

export async function writeBuildNotes({ dir, builtAt }: DotnetOutput, notes: BuildNotes): Promise<void> {
  // A folder that cannot be written to has none.
  await writeFile(path.join(dir, fileName), JSON.stringify({ builtAt, ...notes })).catch(() => undefined);
}
