/** Builds the project of an app, and reads what the compiler has against it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { AppProblem } from '../../../core/values/app-problem';
import { DurascopeError } from '../../../core/values/errors';
import { missingSdk } from './missing-dotnet';

export interface BuildOptions {
  /** Default `dotnet`. */
  dotnetPath: string;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface CompilerMessage {
  severity: 'error' | 'warning';
  /** `CS1002`, `FS0039`, `NU1101` ... */
  code: string;
  message: string;
  file: string | null;
  /** From 1. */
  line: number | null;
  column: number | null;
}

const linePattern =
  /^\s*(?:(.+?)(?:\((\d+),(\d+)(?:,\d+,\d+)?\))?\s*:\s*)?(error|warning) ([A-Z]+\d+)\s*:\s*(.*?)(?:\s*\[[^\]]*\])?\s*$/;

/** Each message once: a build says them again in its summary. */
export function readCompilerMessages(output: string): CompilerMessage[] {
  const messages = new Map<string, CompilerMessage>();
  for (const line of output.split(/\r?\n/)) {
    const match = linePattern.exec(line);
    if (match === null) continue;
    const [, file, lineNumber, column, severity, code = '', message = ''] = match;
    const read: CompilerMessage = {
      severity: severity === 'error' ? 'error' : 'warning',
      code,
      message,
      file: file === undefined || /^MSBUILD|^dotnet/i.test(file) ? null : file,
      line: lineNumber === undefined ? null : Number(lineNumber),
      column: column === undefined ? null : Number(column),
    };
    messages.set(JSON.stringify(read), read);
  }
  return [...messages.values()];
}

const shownErrors = 20;
const keptOutput = 1_000_000;

/** What the analyzers of Durable Task and of Functions warn of; the rest is for who writes the code, not for who runs it. */
const ofAnalyzers = /^(DURABLE|AZFW)/;

/** A file that it writes is open: on Linux and macOS the compiler's own output, on Windows also what is copied. */
const heldCodes = /^(CS2012|MSB3021|MSB3026|MSB3027)$/;
/** These have many causes, and say which in English alone where nobody has translated them. */
const heldWords = /being used by another process/i;

/** Whether a build failed because something else, as a rule another build, has files of the project open. */
export function isHeldByOther(error: unknown): boolean {
  return DurascopeError.is(error, 'AppInvalid') && error.details['isHeldByOther'] === true;
}

const heldAdvice =
  '\nFiles of the project are in use: by another build of it (dotnet watch, an editor), or a program that was started from its output. The app is built again with the next change.';

/** What goes into each build, unless the user's environment or project has something there: beside the bundle as it is beside this source. */
const targets = { CustomAfterDirectoryBuildTargets: path.join(__dirname, 'built-extensions.targets') };

/**
 * Resolves with warnings that say how the app will run. Rejects with `AppInvalid`: what the compiler says, with `file` and `line` of the first
 * error, and all as `problems`. `framework`: null for all that the project names.
 */
export async function buildProject(file: string, framework: string | null, options: BuildOptions): Promise<AppProblem[]> {
  const args = ['build', file, '-nologo', '-v', 'quiet', '-clp:NoSummary', '-nodeReuse:false', '-tl:off'];
  if (framework !== null) args.push('-f', framework);
  const dir = path.dirname(file);
  const { code, output } = await run(options.dotnetPath, args, dir, { ...options, env: { ...targets, ...options.env } });
  if (code === 0) {
    const warnings = readCompilerMessages(output).filter((each) => each.severity === 'warning' && ofAnalyzers.test(each.code));
    return warnings.map((each): AppProblem => problemOf(each, dir));
  }
  if (options.signal.aborted) throw new DurascopeError('Stopped', 'The emulator has been stopped.');
  const sdk = missingSdk(output);
  if (sdk !== null) throw sdk;
  const errors = readCompilerMessages(output).filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const shown = errors.slice(0, shownErrors).map((each) => `  ${described(each, dir)}`);
  if (errors.length > shown.length) shown.push(`  and ${errors.length - shown.length} more`);
  const isHeld = errors.some(({ code: name, message }) => heldCodes.test(name) || heldWords.test(message));
  const what = errors.length === 0 ? output.trim().split('\n').slice(-10).join('\n') : shown.join('\n');
  throw new DurascopeError(
    'AppInvalid',
    `The app cannot be built (dotnet build ${path.basename(file)}):\n${what}${isHeld ? heldAdvice : missingPackages(errors)}`,
    {
      details: {
        ...(first?.file == null ? {} : { file: path.resolve(dir, first.file) }),
        ...(first?.line == null ? {} : { line: first.line }),
        problems: errors.map((each): AppProblem => problemOf(each, dir)),
        ...(isHeld ? { isHeldByOther: true } : {}),
      },
    },
  );
}

function problemOf({ severity, message, code, file, line, column }: CompilerMessage, dir: string): AppProblem {
  return {
    severity,
    message,
    code,
    source: 'dotnet build',
    ...(file === null ? {} : { file: path.resolve(dir, file) }),
    ...(line === null ? {} : { line }),
    ...(line === null || column === null ? {} : { column }),
  };
}

function described({ file, line, column, code, message }: CompilerMessage, dir: string): string {
  const at = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`;
  const place = file === null ? '' : `${path.relative(dir, path.resolve(dir, file))}${at}: `;
  return `${place}${code}: ${message}`;
}

const durablePackage = 'Microsoft.Azure.Functions.Worker.Extensions.DurableTask';
const workerPackages = ['Microsoft.Azure.Functions.Worker', 'Microsoft.Azure.Functions.Worker.Sdk'];

/** What a compiler that misses types does not say: which package brings them. */
export function missingPackages(errors: readonly CompilerMessage[]): string {
  const missed = errors
    .filter(({ code }) => /^(CS0234|CS0246|CS0103|FS0039|BC30002|BC40056)$/.test(code))
    .map(({ message }) => message);
  const misses = (names: RegExp): boolean => missed.some((message) => names.test(message));
  const add = (names: readonly string[]): string => names.map((name) => `dotnet add package ${name}`).join(', ');
  if (
    misses(
      /'(IFunctionsWorkerApplicationBuilder|FunctionAttribute|Function)'|'(Azure|Functions|Worker)' .*'Microsoft(\.Azure|\.Azure\.Functions)?'/,
    )
  ) {
    return `\nThe types of the .NET isolated worker come with its packages: ${add([...workerPackages, durablePackage])}.`;
  }
  if (
    misses(
      /'(DurableTask|(Orchestration|Activity|Entity)Trigger(Attribute)?|DurableClient(Attribute)?|TaskOrchestrationContext|DurableTaskClient)'/,
    )
  ) {
    return `\nThe types of Durable Functions come with a package of their own: ${add([durablePackage])}.`;
  }
  return '';
}

/** Throws `AppInvalid` where nothing that the project names can be run on this machine. */
export function assertRunnable(file: string, frameworks: readonly string[], platform: string = process.platform): void {
  const runs = (name: string): boolean =>
    /^net\d+\.\d+/i.test(name) || name.includes('$(') || (platform === 'win32' && /^net4\d+$/i.test(name));
  if (frameworks.length === 0 || frameworks.some(runs)) return;
  const message = `${path.basename(file)} is built for ${frameworks.join(', ')}, and no program of that runs here. Name a .NET that is installed: <TargetFramework>net10.0</TargetFramework> (dotnet --list-runtimes lists them).`;
  throw new DurascopeError('AppInvalid', message, { details: { file } });
}

/** Of several the newest .NET that is named; those of .NET Framework run on Windows only. */
export function frameworkToBuild(frameworks: readonly string[]): string | null {
  const numbered = frameworks.flatMap((name) => {
    const version = /^net(\d+)\.(\d+)/i.exec(name);
    return version === null ? [] : [{ name, version: Number(version[1]) * 100 + Number(version[2]) }];
  });
  numbered.sort((a, b) => b.version - a.version);
  return numbered[0]?.name ?? frameworks[0] ?? null;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  { env, signal }: BuildOptions,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) resolve({ code: null, output });
      else if (error.code === 'ENOENT') reject(dotnetMissing(command));
      else reject(new DurascopeError('AppInvalid', `The app cannot be built: ${error.message}`, { cause: error }));
    });
    child.once('close', (code) => resolve({ code, output }));
  });
}

export function dotnetMissing(command: string): DurascopeError {
  return new DurascopeError(
    'AppInvalid',
    `The app needs the .NET SDK, and "${command}" is not to be found: install it (https://dotnet.microsoft.com/download), or name it in the setting DURASCOPE_DOTNET.`,
  );
}
