/** Where a test of an app goes, and in which framework: what "Save Run as Test" and "Save Schedule as Test" write has this in common. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import { writePieces } from '../transfer/write-pieces';

const nodeFrameworks = ['mocha', 'vitest', 'jest', 'node:test'] as const;
export const testFrameworks = [...nodeFrameworks, 'xunit'] as const;
export type TestFramework = (typeof testFrameworks)[number];
type NodeFramework = (typeof nodeFrameworks)[number];

export interface TestPlace {
  /** The function app: the folder of host.json. */
  appDir: string;
  /** Default: the one that the project uses, by its package.json. */
  framework?: TestFramework;
  /** Default: the project's folder for tests, or one made for it. */
  folder?: string;
  /** Take the place of files that are there. */
  replace?: boolean;
}

/** What is written into the folder for tests; paths are from it. */
export interface NewTest {
  /** Of the file, without what it ends in. */
  name: string;
  title: string;
  /** Of `durascope/testing`. */
  imports: string;
  /** `at` makes a path into an expression; `app` and what it is given are from the folder of the test. */
  call: (at: (file: string) => string, app: string, folder: string) => string;
  comment: string;
  /** Files beside it. */
  files: readonly { file: string; pieces: AsyncIterable<string> }[];
  /** What is there already, in a sentence's beginning. */
  what: string;
}

export interface WrittenTest {
  testFile: string;
  folder: string;
  framework: TestFramework;
  /** What to do before the test can run, in a sentence; null: nothing. */
  missing: string | null;
}

/** Rejects with `InstanceExists` for files that are there already (`details.files`). */
export async function writeTest(place: TestPlace, test: NewTest): Promise<WrittenTest> {
  const appDir = path.resolve(place.appDir);
  const project = await projectOf(appDir);
  assertFramework(place.framework, nodeFrameworks, 'an app in JavaScript or TypeScript');
  const framework = place.framework ?? project.framework;
  const folder = place.folder === undefined ? project.tests : path.resolve(place.folder);
  const testFile = path.join(folder, `${test.name}.test.js`);
  const files = test.files.map(({ file, pieces }) => ({ file: path.join(folder, file), pieces }));
  const there = [...files.map(({ file }) => file), testFile].filter((file) => existsSync(file));
  if (there.length > 0 && place.replace !== true) {
    throw new DurascopeError(
      'InstanceExists',
      `There is ${test.what} already: ${there.join(', ')}. Replace it (--force), or remove it.`,
      { details: { files: there } },
    );
  }
  await writing(folder, there, async () => {
    for (const { file, pieces } of files) {
      await mkdir(path.dirname(file), { recursive: true });
      await writePieces(file, pieces);
    }
    await mkdir(folder, { recursive: true });
    const isEsm = framework === 'vitest' || (await isModuleFolder(folder));
    await writeFile(testFile, testText(framework, isEsm, test, folder, relativePath(folder, appDir)));
  });
  return { testFile, folder, framework, missing: missingOf(folder, project, framework) };
}

/** Rejects with `InvalidArgument` and what to do where the folder, or one of the files that are there, cannot be written to. */
export async function writing(folder: string, there: readonly string[], write: () => Promise<void>): Promise<void> {
  const notFile = there.find((file) => !statSync(file).isFile());
  const cannot = (why: string, cause?: unknown): DurascopeError => {
    const text = `The test cannot be written into ${folder}: ${why}. Name another folder (--folder).`;
    return new DurascopeError('InvalidArgument', text, cause === undefined ? {} : { cause });
  };
  if (notFile !== undefined) throw cannot(`${notFile} is no file`);
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw cannot(error.message, error);
  }
}

/** Rejects what no test of such an app can be written for. */
export function assertFramework<F extends TestFramework>(
  framework: TestFramework | undefined,
  possible: readonly F[],
  app: string,
): asserts framework is F | undefined {
  if (framework === undefined || possible.some((each) => each === framework)) return;
  throw new DurascopeError('InvalidArgument', `A test of ${app} is one of ${possible.join(', ')}, not of ${framework}.`);
}

interface Project {
  /** Of the package.json that has what tests need. */
  folder: string;
  tests: string;
  framework: NodeFramework;
}

interface PackageJson {
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

/** The app's package.json, or that of a workspace above it that names a framework. */
async function projectOf(appDir: string): Promise<Project> {
  let found: { folder: string; framework: NodeFramework } | undefined;
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

function frameworkOf({ dependencies, devDependencies, scripts }: PackageJson): NodeFramework | undefined {
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
  framework: NodeFramework,
  isEsm: boolean,
  { title, imports, call, comment }: NewTest,
  folder: string,
  app: string,
): string {
  const at = (file: string): string =>
    isEsm
      ? `new URL(${quoted(file.startsWith('.') ? file : `./${file}`)}, import.meta.url)`
      : `path.join(__dirname, ${quoted(file)})`;
  const text = call(at, app, folder);
  const needs = [
    ...(framework === 'vitest' ? [['{ it }', 'vitest']] : framework === 'node:test' ? [['{ it }', 'node:test']] : []),
    ...(isEsm ? [] : [['path', 'node:path']]),
    [`{ ${imports} }`, 'durascope/testing'],
  ].map(([what, from]) => (isEsm ? `import ${what} from '${from}';` : `const ${what} = require('${from}');`));
  // The app is loaded in a process of its own, which takes longer than some frameworks wait.
  const body =
    framework === 'mocha'
      ? `it(${quoted(title)}, function () {\n  this.timeout(30_000);\n  return ${text.replaceAll('\n', '\n  ')};\n});`
      : framework === 'node:test'
        ? `it(${quoted(title)}, () =>\n  ${text.replaceAll('\n', '\n  ')});`
        : `it(${quoted(title)}, () =>\n  ${text.replaceAll('\n', '\n  ')}, 30_000);`;
  return `${needs.join('\n')}\n\n// ${comment}\n${body}\n`;
}

/** As a literal of JavaScript. */
export function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll(/[\u0000-\u001f\u2028\u2029]/g, ' ')}'`;
}

/** Of a text, what every system takes for the name of a file. */
export function fileName(text: string): string {
  return (
    text
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^[-.]+/, '')
      .slice(0, 80) || 'run'
  );
}

export function relativePath(from: string, to: string): string {
  return (path.relative(from, to) || '.').replaceAll('\\', '/');
}

function missingOf(folder: string, project: Project, framework: NodeFramework): string | null {
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
