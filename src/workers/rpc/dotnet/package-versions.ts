/**
 * Packages of a C# app that do not fit each other though restore and build say nothing: where `Microsoft.Azure.Functions.Worker.Core`, which any
 * package of that family brings, is newer than `Microsoft.Azure.Functions.Worker.Grpc`, which `Microsoft.Azure.Functions.Worker` alone brings,
 * the app starts, and may fail at every invocation. Measured with 2.52.0 over 2.51.0: a constructor is missing.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { type AppProblem, ownSource } from '../../../core/values/app-problem';
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
