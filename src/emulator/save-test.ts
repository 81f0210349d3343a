/** "Save Run as Test": a run as a recording, and a test in the framework of the project that holds the code against it from then on. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../core/values/errors';
import { profileOf } from '../core/instances/instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { isEntityId } from '../core/values/instance-id';
import { appKind } from './app-kind';
import { exportPieces, longestFile } from './export-file';
import { writePieces } from './write-pieces';

export const testFrameworks = ['mocha', 'vitest', 'jest', 'node:test'] as const;
export type TestFramework = (typeof testFrameworks)[number];

export interface SaveTestOptions {
  hub: TaskHubClient;
  instanceId: string;
  /** The function app: the folder of host.json. */
  appDir: string;
  /** Default: the one that the project uses, by its package.json. */
  framework?: TestFramework;
  /** Default: the project's folder for tests, or one made for it. */
  folder?: string;
  /** Take the place of files that are there. */
  replace?: boolean;
}

export interface SavedTest {
  testFile: string;
  recording: string;
  framework: TestFramework;
  /** What to do before the test can run, in a sentence; null: nothing. */
  missing: string | null;
}

/** Rejects with `InstanceNotFound`, `NotSupported`, and with `InstanceExists` for files that are there already (`details.files`). */
export async function saveTest(options: SaveTestOptions): Promise<SavedTest> {
  const { hub, instanceId } = options;
  const appDir = path.resolve(options.appDir);
  if (isEntityId(instanceId)) {
    throw new DurascopeError(
      'NotSupported',
      `'${instanceId}' is an entity, whose history holds no calls to replay: save a run of an orchestrator.`,
    );
  }
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  const kind = await appKind(appDir);
  if (profileOf(row) !== 'A' || kind !== 'node') {
    throw new DurascopeError(
      'NotSupported',
      `Tests are written for apps in JavaScript and TypeScript. Keep the run with \`durascope export ${instanceId} --out FILE\`, and let your CI run \`durascope replay FILE\`: it fails where the code goes another way.`,
    );
  }
  const project = await projectOf(appDir);
  const framework = options.framework ?? project.framework;
  const folder = options.folder === undefined ? project.tests : path.resolve(options.folder);
  const name = fileName(instanceId);
  const recording = path.join(folder, 'recordings', `${name}.durascope.json`);
  const testFile = path.join(folder, `${name}.test.js`);
  const there = [recording, testFile].filter((file) => existsSync(file));
  if (there.length > 0 && options.replace !== true) {
    throw new DurascopeError(
      'InstanceExists',
      `There is a test of this run already: ${there.join(', ')}. Replace it (--force), or remove it.`,
      {
        details: { files: there },
      },
    );
  }
  await mkdir(path.dirname(recording), { recursive: true });
  // Of the recording, not of today: the same run is the same file.
  await writePieces(recording, readable(exportPieces(hub, [instanceId], row.lastUpdatedTime)));
  const isEsm = framework === 'vitest' || (await isModuleFolder(folder));
  await writeFile(
    testFile,
    testText(framework, isEsm, { name, orchestrator: row.name, instanceId, app: relative(folder, appDir) }),
  );
  return { testFile, recording, framework, missing: missingOf(folder, project, framework) };
}

/** Refused where nobody could read it back. */
async function* readable(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += Buffer.byteLength(piece);
    if (bytes > longestFile) {
      throw new DurascopeError(
        'InvalidArgument',
        'The run has more than 512 MB, and a test could not read it: save a shorter one.',
      );
    }
    yield piece;
  }
}

interface Project {
  /** Of the package.json that has what tests need. */
  folder: string;
  tests: string;
  framework: TestFramework;
}

interface PackageJson {
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

/** The app's package.json, or that of a workspace above it that names a framework. */
async function projectOf(appDir: string): Promise<Project> {
  let found: { folder: string; framework: TestFramework } | undefined;
  for (let folder = appDir; ; folder = path.dirname(folder)) {
    const json = await packageJson(folder);
    if (json !== null) {
      const framework = frameworkOf(json);
      if (framework !== undefined) {
        found = { folder, framework };
        break;
      }
    }
    // Not beyond the repository.
    if (path.dirname(folder) === folder || existsSync(path.join(folder, '.git'))) break;
  }
  const { folder, framework } = found ?? { folder: appDir, framework: 'node:test' };
  const names = ['test', 'tests', '__tests__'];
  const tests = names.map((name) => path.join(appDir, name)).find((each) => existsSync(each)) ?? path.join(appDir, 'test');
  return { folder, tests, framework };
}

/** As Node.js finds out for files in the folder, which need not be there yet. */
async function isModuleFolder(from: string): Promise<boolean> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const json = await packageJson(folder);
    if (json !== null) return json.type === 'module';
    if (path.dirname(folder) === folder) return false;
  }
}

function frameworkOf({ dependencies, devDependencies, scripts }: PackageJson): TestFramework | undefined {
  const script = scripts?.['test'] ?? '';
  const installed = { ...dependencies, ...devDependencies };
  const frameworks = ['vitest', 'jest', 'mocha'] as const;
  return (
    frameworks.find((name) => new RegExp(`\\b${name}\\b`).test(script)) ??
    (/\bnode\b.*--test\b/.test(script) ? 'node:test' : frameworks.find((name) => name in installed))
  );
}

async function packageJson(folder: string): Promise<PackageJson | null> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    // Whoever installs from it says what is wrong.
    return null;
  }
}

function testText(
  framework: TestFramework,
  isEsm: boolean,
  { name, orchestrator, instanceId, app }: { name: string; orchestrator: string; instanceId: string; app: string },
): string {
  const imports = [
    ...(framework === 'vitest' ? [['{ it }', 'vitest']] : framework === 'node:test' ? [['{ it }', 'node:test']] : []),
    ...(isEsm ? [] : [['path', 'node:path']]),
    ['{ replayRecording }', 'durascope/testing'],
  ].map(([what, from]) => (isEsm ? `import ${what} from '${from}';` : `const ${what} = require('${from}');`));
  const at = (file: string): string =>
    isEsm ? `new URL(${quoted(file)}, import.meta.url)` : `path.join(__dirname, ${quoted(file)})`;
  const recording = at(`${isEsm ? './' : ''}recordings/${name}.durascope.json`);
  const appText = at(isEsm && !app.startsWith('.') ? `./${app}` : app);
  const title = `${orchestrator} still goes the way of '${instanceId}'`;
  const call = `replayRecording(${recording}, { app: ${appText} })`;
  // The app is loaded in a process of its own, which takes longer than some frameworks wait.
  const body =
    framework === 'mocha'
      ? `it(${quoted(title)}, function () {\n  this.timeout(30_000);\n  return ${call};\n});`
      : framework === 'node:test'
        ? `it(${quoted(title)}, () =>\n  ${call});`
        : `it(${quoted(title)}, () =>\n  ${call}, 30_000);`;
  return `${imports.join('\n')}\n\n// Written by Durascope ("Save Run as Test"). No activity runs: the orchestrator is replayed over the recorded history.\n${body}\n`;
}

function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll(/[\u0000-\u001f\u2028\u2029]/g, ' ')}'`;
}

function fileName(instanceId: string): string {
  return (
    instanceId
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^[-.]+/, '')
      .slice(0, 80) || 'run'
  );
}

function relative(from: string, to: string): string {
  return (path.relative(from, to) || '.').replaceAll('\\', '/');
}

function missingOf(folder: string, project: Project, framework: TestFramework): string | null {
  const needed = ['durascope', ...(framework === 'node:test' ? [] : [framework])].filter((name) => !isInstalled(name, folder));
  if (needed.length === 0) return null;
  return `Before it can run: npm install --save-dev ${needed.join(' ')} in ${project.folder}.`;
}

function isInstalled(name: string, from: string): boolean {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'node_modules', name))) return true;
    if (path.dirname(folder) === folder) return false;
  }
}
