/** Sources of apps and programs of .NET: those of a project and of the projects that it refers to. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import glob from 'fast-glob';
import { findOrchestrator, type FoundSource } from '../../replay/orchestrator-source';
import { projectsOf } from '../../workers/rpc/dotnet/project-references';

const notSources = ['**/{node_modules,bin,obj}/**', '**/.*/**'];
const mostFiles = 2000;
/** What is longer was hardly written by hand. */
const longestText = 500_000;
/** Folders that are looked at for a project, upwards from a file. */
const deepest = 12;

/** Undefined when there is no such file. */
export function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** By path, the texts in C# of the nearest project above the file and of those that it refers to; without one those beside the file. */
export async function csharpTextsAround(file: string): Promise<ReadonlyMap<string, string>> {
  let folder = path.dirname(file);
  for (let depth = 0; depth < deepest; depth++, folder = path.dirname(folder)) {
    const project = await projectIn(folder);
    if (project !== null) return textsOf(await projectsOf(project), 'cs');
  }
  return textsOf([file], 'cs');
}

/** Where the project of a folder, or one that it refers to, writes an orchestrator; null: no file seems to hold it. */
export async function findInProject(folder: string, functionName: string): Promise<FoundSource | null> {
  const project = await projectIn(folder);
  if (project === null) return null;
  let best: ReturnType<typeof findOrchestrator> = null;
  for (const [file, held] of await textsOf(await projectsOf(project), '{cs,fs,vb}')) {
    const found = findOrchestrator(functionName, file, held);
    if (found !== null && (best === null || found.weight > best.weight)) best = found;
  }
  return best;
}

async function projectIn(folder: string): Promise<string | null> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const name = names.find((each) => /\.(cs|fs|vb)proj$/i.test(each));
  return name === undefined ? null : path.join(folder, name);
}

/** Of the folders of some files, by path. */
async function textsOf(projects: readonly string[], endings: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const cwd of new Set(projects.map((each) => path.dirname(each)))) {
    const files = await glob(`**/*.${endings}`, { cwd, absolute: true, ignore: notSources, suppressErrors: true });
    for (const file of files.sort().slice(0, mostFiles)) {
      const held = await text(file);
      if (held !== undefined && held.length <= longestText) texts.set(path.resolve(file), held);
    }
  }
  return texts;
}
