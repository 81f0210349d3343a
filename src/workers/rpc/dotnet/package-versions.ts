/**
 * Packages of a C# app that do not fit each other though restore and build say nothing. Where `Microsoft.Azure.Functions.Worker.Core`, which any
 * package of that family brings, is newer than `Microsoft.Azure.Functions.Worker.Grpc`, which `Microsoft.Azure.Functions.Worker` alone brings,
 * the app starts, and may fail at every invocation. Measured with 2.52.0 over 2.51.0: a constructor is missing.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { type AppProblem, ownSource } from '../../../core/values/app-problem';
import { DurascopeError } from '../../../core/values/errors';
import type { DotnetOutput } from './dotnet-project';

const worker = 'Microsoft.Azure.Functions.Worker';
const depsSchema = z.object({ libraries: z.record(z.string(), z.unknown()) });

/** Read from the `.deps.json` that a build writes beside its output; nothing where there is none. `project`: the file to mend. */
export async function versionProblems({ dir, assembly }: DotnetOutput, project: string | null): Promise<readonly AppProblem[]> {
  const name = assembly.replace(/\.(dll|exe)$/i, '');
  const text = await readFile(path.join(dir, `${name}.deps.json`), 'utf8').catch(() => '{}');
  const message = mismatchIn(text);
  return message === null
    ? []
    : [{ severity: 'warning', message, source: ownSource, ...(project === null ? {} : { file: project }) }];
}

/** What is wrong in a `.deps.json`, in words; null: nothing, or nothing that can be told. */
export function mismatchIn(depsJson: string): string | null {
  const parsed = depsSchema.safeParse(parse(depsJson));
  if (!parsed.success) return null;
  const versions = new Map(Object.keys(parsed.data.libraries).map((key) => key.split('/') as [string, string | undefined]));
  const core = versions.get(`${worker}.Core`);
  const grpc = versions.get(`${worker}.Grpc`);
  if (core === undefined || grpc === undefined || !isNewer(core, grpc)) return null;
  return `${worker}.Core is ${core}, because a package of the app asks for it, and ${worker}.Grpc is ${grpc}: every function may fail with "Method not found". Set ${worker} to ${core} in the project, or to a newer version.`;
}

/** Of packages for Application Insights: those of Functions were made for 2, and restore takes 3 as well. */
const insights = 'Microsoft.ApplicationInsights';

/** The same for what the app says as it ends at its start: a type or a method is not in the version of an assembly that it has. Null: it is about something else. */
export function unfitPackage(said: string): DurascopeError | null {
  const [, missing = '', assembly = '', version = ''] =
    /(?:Could not load type|Method not found:) '([^']+)'(?: from assembly '([^,']+), Version=(\d+(?:\.\d+)*))?/.exec(said) ?? [];
  if (missing === '') return null;
  const isInsights = missing.includes(`${insights}.`) && !version.startsWith('2.');
  const what = isInsights
    ? `${worker}.ApplicationInsights was made for ${insights} 2: set ${insights}.WorkerService (or ${insights}) to 2.23.0 in the project.`
    : 'Set the packages that belong together to versions of one time in the project: dotnet list package --include-transitive shows which are there.';
  const has =
    assembly === '' ? 'What a package of the app asks for' : `What a package of the app asks ${assembly} ${version} for`;
  return new DurascopeError('AppInvalid', `${has} is not there: ${missing}. ${what}\n${said}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** By major and minor: patches of one minor fit each other. */
function isNewer(version: string, than: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version);
  const [thanMajor = 0, thanMinor = 0] = numbersOf(than);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}
