/** What MSBuild makes of a project: its frameworks and where its output goes. It is asked only where that does not stand in the project itself. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isBelow } from '../../../base/is-below';
import { promisify } from 'node:util';
import { decidingFiles } from './project-references';

export interface ProjectFacts {
  /** As written; of several none is preferred. */
  frameworks: readonly string[];
  /** Absolute paths of folders below which builds are looked for. */
  outputRoots: readonly string[];
  /** Absolute paths of folders with what a build writes: nothing in them is a source. */
  written: readonly string[];
  /** Without extension; null: any. Several projects may share a folder of output. */
  assemblyName: string | null;
}

const properties = [
  ...['TargetFramework', 'TargetFrameworks', 'BaseOutputPath', 'OutputPath', 'OutDir', 'AssemblyName', 'Configuration'],
  'BaseIntermediateOutputPath',
];
const decidesOutput = /<(BaseOutputPath|OutputPath|OutDir|ArtifactsPath|UseArtifactsOutput|BaseIntermediateOutputPath|Import\s)/i;

/** Where MSBuild cannot be asked, what the project's text says: the build then tells what is wrong. */
export async function readFacts(
  project: { file: string; frameworks: readonly string[] },
  how: { dotnetPath: string; env: Readonly<Record<string, string>>; signal?: AbortSignal },
): Promise<ProjectFacts> {
  const dir = path.dirname(project.file);
  const plain: ProjectFacts = {
    frameworks: project.frameworks,
    outputRoots: [path.join(dir, 'bin'), path.join(dir, 'artifacts', 'bin')],
    written: ['bin', 'obj', 'artifacts'].map((name) => path.join(dir, name)),
    assemblyName: null,
  };
  const texts = await Promise.all((await decidingFiles(project.file)).map((file) => readFile(file, 'utf8').catch(() => '')));
  const isSaid = project.frameworks.length > 0 && project.frameworks.every((name) => !name.includes('$('));
  if (isSaid && !texts.some((text) => decidesOutput.test(text))) return plain;
  try {
    const { stdout } = await promisify(execFile)(
      how.dotnetPath,
      ['msbuild', project.file, '-nologo', `-getProperty:${properties.join(',')}`],
      { cwd: dir, env: how.env, windowsHide: true, ...(how.signal === undefined ? {} : { signal: how.signal }) },
    );
    return factsOf(stdout, dir, plain);
  } catch {
    return plain;
  }
}

/** `answer`: JSON of `dotnet msbuild -getProperty`. */
export function factsOf(answer: string, dir: string, plain: ProjectFacts): ProjectFacts {
  const { Properties: told = {} } = JSON.parse(answer) as { Properties?: Readonly<Record<string, string>> };
  const at = (name: string): string[] => {
    const value = told[name]?.replaceAll('\\', '/').trim() ?? '';
    return value === '' ? [] : [path.resolve(dir, value)];
  };
  const frameworks = listOf(told['TargetFrameworks'] ?? '');
  const roots = new Set([...at('BaseOutputPath'), ...[...at('OutputPath'), ...at('OutDir')].map((each) => above(each, told))]);
  // Whoever writes right into the project's folder keeps everything there: it is searched, but its sources are sources.
  const written = [...roots, ...at('BaseIntermediateOutputPath')].filter((each) => each !== dir);
  return {
    frameworks: frameworks.length > 0 ? frameworks : listOf(told['TargetFramework'] ?? ''),
    outputRoots: roots.size === 0 ? plain.outputRoots : [...roots].filter((each) => !isBelowAny(each, roots)),
    written: [...plain.written, ...written],
    assemblyName: told['AssemblyName'] ?? null,
  };
}

/** The folder in which that of each configuration stands, so that Release is found beside Debug. */
function above(output: string, { Configuration: configuration = 'Debug' }: Readonly<Record<string, string>>): string {
  const parts = output.split(path.sep);
  const index = parts.findLastIndex((part) => part.toLowerCase() === configuration.toLowerCase());
  return index <= 1 ? output : parts.slice(0, index).join(path.sep);
}

function isBelowAny(folder: string, others: ReadonlySet<string>): boolean {
  return [...others].some((other) => other !== folder && isBelow(folder, other));
}

export function listOf(text: string): string[] {
  return text
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
