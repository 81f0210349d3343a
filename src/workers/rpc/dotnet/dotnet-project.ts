/** The C#, F# or Visual Basic project of a function app, and what was built of it (spec/functionrpc-workers.md 1). */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import glob from 'fast-glob';
import { DurascopeError } from '../../../core/values/errors';
import { listOf, type ProjectFacts } from './project-facts';
import { decidingFiles, projectsOf, projectText, sayingText } from './project-references';

export interface DotnetProject {
  /** Absolute path of the project file; null: the folder is itself what was built. */
  file: string | null;
  /** For sentences: `C#`, `F#`, `Visual Basic`. */
  language: string;
  /** `TargetFramework`, or those of `TargetFrameworks`, as written. */
  frameworks: readonly string[];
}

/** Folder with the app's assembly and what it needs. */
export interface DotnetOutput {
  dir: string;
  /** Relative to `dir`. */
  assembly: string;
  /** Milliseconds since 1970: the newest of what a build writes. */
  builtAt: number;
}

const languages: Readonly<Record<string, string>> = { '.csproj': 'C#', '.fsproj': 'F#', '.vbproj': 'Visual Basic' };
const sourcePattern = '**/*.{cs,fs,vb,fsi,csproj,fsproj,vbproj,props,targets,resx,json}';
/** Its packages may stand in a file that several projects share; `AzureFunctionsVersion` is the project's own. */
const isolated = /Microsoft\.Azure\.Functions\.Worker/i;
/** What `func extensions install` leaves in an app in JavaScript or PowerShell: packages of the host, no app. */
const hostExtensions = /^extensions\.csproj$/i;
const notSources = ['**/bin/**', '**/obj/**', '**/node_modules/**', '**/.*/**'];

/** Null: the folder holds no app of the isolated worker. Rejects with `AppInvalid` where it cannot be told which project is meant. */
export async function findDotnetProject(appDir: string): Promise<DotnetProject | null> {
  const names: readonly string[] = await readdir(appDir).catch(() => []);
  if (names.includes('worker.config.json') && names.includes('functions.metadata')) {
    return { file: null, language: '.NET', frameworks: [] };
  }
  const named = names.filter((name) => languages[path.extname(name).toLowerCase()] !== undefined);
  const all = await Promise.all(
    named.map(async (name) => ({ name, text: sayingText(await readFile(path.join(appDir, name), 'utf8')) })),
  );
  const isInProcess = (text: string): boolean => /Microsoft\.NET\.Sdk\.Functions/i.test(text) && !isolated.test(text);
  const inProcess = all.find(({ text }) => isInProcess(text))?.name ?? null;
  const isOurs = ({ name, text }: { name: string; text: string }): boolean =>
    isolated.test(text) || (/<AzureFunctionsVersion>/i.test(text) && !isInProcess(text) && !hostExtensions.test(name));
  let ours = all.filter(isOurs);
  // All that makes it an app may stand in files that it shares with others: these speak of every project below them, and an app has a host.json.
  if (ours.length === 0 && inProcess === null && names.includes('host.json')) {
    const shared = await Promise.all(all.map(({ name }) => projectText(path.join(appDir, name), { references: false })));
    ours = all.filter(({ name }, index) => isolated.test(shared[index] ?? '') && !hostExtensions.test(name));
  }
  const projects = ours.map(({ name, text }): DotnetProject => {
    const language = languages[path.extname(name).toLowerCase()] ?? '';
    return { file: path.join(appDir, name), language, frameworks: frameworksOf(text) };
  });
  if (projects.length > 1) {
    const several = projects.map(({ file }) => path.basename(file ?? '')).join(', ');
    throw new DurascopeError('AppInvalid', `The app folder holds several projects: ${several}. Give each a folder of its own.`);
  }
  if (projects.length === 0 && inProcess !== null) {
    throw new DurascopeError(
      'AppInvalid',
      `${inProcess} is an app of the in-process model (Microsoft.NET.Sdk.Functions), which is not run here. Move it to the isolated worker model (Microsoft.Azure.Functions.Worker).`,
      { details: { file: path.join(appDir, inProcess) } },
    );
  }
  return projects[0] ?? null;
}

function frameworksOf(project: string): string[] {
  const text = /<TargetFrameworks?>([^<]*)</i.exec(project)?.[1] ?? '';
  return listOf(text);
}

/** Newest first. `facts`: of the project; null: `dir` is itself what was built. */
export async function findOutputs(dir: string, facts: ProjectFacts | null): Promise<DotnetOutput[]> {
  const found =
    facts === null ? [path.join(dir, 'worker.config.json')] : (await Promise.all(facts.outputRoots.map(configsBelow))).flat();
  const outputs = await Promise.all([...new Set(found)].map((file) => readOutput(path.dirname(path.resolve(file)))));
  const own = facts?.assemblyName?.toLowerCase();
  return outputs
    .filter((each) => each !== null)
    .filter(({ assembly }) => own === undefined || assembly.toLowerCase().replace(/\.(dll|exe)$/, '') === own)
    .sort((a, b) => b.builtAt - a.builtAt);
}

function configsBelow(root: string): Promise<string[]> {
  const ignore = ['**/publish/**', '**/WorkerExtensions/**', '**/obj/**', '**/node_modules/**'];
  return glob('**/worker.config.json', { cwd: root, absolute: true, deep: 6, ignore, suppressErrors: true });
}

async function readOutput(dir: string): Promise<DotnetOutput | null> {
  try {
    const config = JSON.parse(await readFile(path.join(dir, 'worker.config.json'), 'utf8')) as {
      description?: { defaultWorkerPath?: unknown };
    };
    const assembly = config.description?.defaultWorkerPath;
    if (typeof assembly !== 'string') return null;
    const written = [assembly, 'functions.metadata', 'host.json', assembly.replace(/\.(dll|exe)$/i, '.pdb')];
    const times = await Promise.all(written.map((each) => changedAt(path.join(dir, each))));
    // Without its assembly it is the rest of a build that was cleaned away.
    if (times[0] === 0) return null;
    return { dir, assembly, builtAt: Math.max(...times) };
  } catch {
    // No file, or one that is being written: as if it were not there.
    return null;
  }
}

export interface Sources {
  /** When the newest was changed, in milliseconds since 1970. */
  changedAt: number;
  /** Absolute paths of the folders of the project and of those that it refers to. */
  folders: readonly string[];
}

/** Of the project and of projects that it refers to; `written`: folders with what builds write. */
export async function findSources(project: string, written: readonly string[]): Promise<Sources> {
  let newest = 0;
  const ignored = written.map((folder) => `${glob.escapePath(folder.replaceAll('\\', '/'))}/**`);
  const projects = await projectsOf(project);
  for (const file of projects) {
    const ignore = [...notSources, ...ignored];
    const files = await glob(sourcePattern, { cwd: path.dirname(file), absolute: true, ignore, stats: true });
    newest = files.reduce((latest, { stats }) => Math.max(latest, stats?.mtimeMs ?? 0), newest);
    for (const deciding of await decidingFiles(file)) newest = Math.max(newest, await changedAt(deciding));
  }
  return { changedAt: newest, folders: [...new Set(projects.map((file) => path.dirname(file)))] };
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.mtimeMs ?? 0;
}
