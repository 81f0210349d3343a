/** "Save Run as Test" for apps of .NET: a test of xunit in the test project of the app, or in a new one beside the app. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import glob from 'fast-glob';
import { isBelow } from '../../base/is-below';
import { DurascopeError } from '../../core/values/errors';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import { findDotnetProject } from '../../workers/rpc/dotnet/dotnet-project';
import { csharpRecording } from './csharp-recording';
import { recordedRunFile, recordedRunText } from './recorded-run-cs';
import { fileName, relativePath, type TestPlace, writing, type WrittenTest } from './test-project';
import { writePieces } from '../transfer/write-pieces';

const recordingsFolder = 'RecordedRuns';
const newest = { sdk: '17.14.1', xunit: '2.9.3', runner: '3.1.4' };

/** Rejects with `NotSupported` where no test can be written, and with `InstanceExists` for files that are there already (`details.files`). */
export async function writeCsharpTest(place: TestPlace, run: ReplayRequest): Promise<WrittenTest & { recording: string }> {
  const app = await projectOf(path.resolve(place.appDir));
  const project = await testProjectOf(app, place.folder);
  const name = fileName(run.instanceId);
  const className = `RecordedRun_${name.replaceAll(/\W/g, '_')}`;
  const testFile = path.join(project.folder, `${className}.cs`);
  const recording = path.join(project.folder, recordingsFolder, `${name}.json`);
  const there = [recording, testFile].filter((file) => existsSync(file));
  if (there.length > 0 && place.replace !== true) {
    throw new DurascopeError(
      'InstanceExists',
      `There is a test of this run already: ${there.join(', ')}. Replace it (--force), or remove it.`,
      { details: { files: there } },
    );
  }
  const title = `${run.functionName} still goes the way of '${run.instanceId}'`;
  const call = `RecordedRun.Replay(${literal(`${recordingsFolder}/${name}.json`)}, ${literal(app.assembly)})`;
  await writing(project.folder, there, async () => {
    await mkdir(path.dirname(recording), { recursive: true });
    if (project.isNew) {
      await writeFile(path.join(project.folder, project.file), await newProjectText(app, project), { flag: 'wx' });
    }
    const helper = path.join(project.folder, recordedRunFile);
    if (!existsSync(helper)) await writeFile(helper, recordedRunText);
    await writePieces(recording, csharpRecording(run));
    await writeFile(testFile, testText(className, title, call));
  });
  const missing = project.isNew ? `It is in a new project: dotnet test ${path.join(project.folder, project.file)}` : null;
  return { testFile, folder: project.folder, framework: 'xunit', missing, recording };
}

interface App {
  /** Absolute path of the project file. */
  file: string;
  assembly: string;
  frameworks: readonly string[];
}

async function projectOf(appDir: string): Promise<App> {
  const project = await findDotnetProject(appDir);
  if (project?.file == null) {
    throw new DurascopeError(
      'NotSupported',
      `${appDir} is what was built of an app, and a test needs its project: name the folder with its .csproj, .fsproj or .vbproj (--app).`,
    );
  }
  const { file, frameworks } = project;
  const text = await readFile(file, 'utf8');
  const [, named = ''] = /<AssemblyName>\s*([^<$]+?)\s*<\/AssemblyName>/i.exec(text) ?? [];
  return { file, frameworks, assembly: named || path.basename(file, path.extname(file)) };
}

interface TestProject {
  folder: string;
  file: string;
  isNew: boolean;
}

async function testProjectOf(app: App, wanted: string | undefined): Promise<TestProject> {
  const name = path.basename(app.file, path.extname(app.file));
  const appDir = path.dirname(app.file);
  if (wanted === undefined) {
    const found = await existingProject(app);
    if (found !== null) return found;
  }
  const folder = wanted === undefined ? path.join(path.dirname(appDir), `${name}.Tests`) : path.resolve(wanted);
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const projects = names.filter((each) => /\.(cs|fs|vb)proj$/i.test(each));
  const [only = `${path.basename(folder)}.csproj`] = projects;
  if (projects.length === 0) {
    if (path.relative(appDir, folder) === '' || isBelow(folder, appDir)) {
      throw new DurascopeError(
        'NotSupported',
        `${folder} is inside of the app, whose project would compile the test too. Name a folder beside ${appDir} (--folder).`,
      );
    }
    return { folder, file: only, isNew: true };
  }
  if (projects.length === 1 && (await isTestOf(app, path.join(folder, only)))) return { folder, file: only, isNew: false };
  const other = projects.length === 1 ? await otherKind(path.join(folder, only)) : null;
  const suggested = path.join(path.dirname(appDir), `${name}.RecordedRuns`);
  throw new DurascopeError(
    'NotSupported',
    other === null
      ? `${folder} holds ${projects.join(', ')}, which is no C# project that refers to xunit and to ${path.basename(app.file)}. Let it refer to both, or name another folder (--folder).`
      : `${folder} holds ${only}, ${other}, and the test is one of xunit in C#. Name a folder for a project of its own, which refers to ${path.basename(app.file)}: --folder ${suggested}`,
  );
}

/** What the project of a test is instead, where that is well known. */
async function otherKind(file: string): Promise<string | null> {
  const language = { '.fsproj': 'F#', '.vbproj': 'Visual Basic' }[path.extname(file).toLowerCase()];
  if (language !== undefined) return `a project in ${language}`;
  const text = await projectText(file);
  if (refersTo(text, 'xunit(\\.v3)?')) return null;
  if (refersTo(text, 'MSTest(\\.TestFramework)?') || /<Project\s[^>]*Sdk\s*=\s*["']MSTest\.Sdk/i.test(text))
    return 'a project of MSTest';
  return refersTo(text, 'NUnit') ? 'a project of NUnit' : null;
}

async function projectText(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).replaceAll(/<!--[\s\S]*?-->/g, '');
}

/** `packages`: a pattern. */
function refersTo(project: string, packages: string): boolean {
  return new RegExp(`<PackageReference\\s[^>]*Include\\s*=\\s*["']${packages}["']`, 'i').test(project);
}

/** As near to the app as there is one. */
async function existingProject(app: App): Promise<TestProject | null> {
  const appDir = path.dirname(app.file);
  const { root, deep } = searched(appDir);
  const ignore = ['**/bin/**', '**/obj/**', '**/node_modules/**', '**/.*/**'];
  const files = await glob('**/*.csproj', { cwd: root, absolute: true, deep, ignore, suppressErrors: true });
  files.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const file of files) {
    if (await isTestOf(app, file)) return { folder: path.dirname(path.resolve(file)), file: path.basename(file), isNew: false };
  }
  return null;
}

/** The repository or the solution, where it is near; else what stands beside the app, for above it may be anything. */
function searched(appDir: string): { root: string; deep: number } {
  const beside = path.dirname(appDir);
  for (const [root, deep] of [
    [beside, 4],
    [path.dirname(beside), 5],
  ] as const) {
    if (existsSync(path.join(root, '.git')) || glob.sync('*.{sln,slnx}', { cwd: root, suppressErrors: true }).length > 0)
      return { root, deep };
  }
  return { root: beside, deep: 2 };
}

async function isTestOf(app: App, file: string): Promise<boolean> {
  if (path.extname(file).toLowerCase() !== '.csproj') return false;
  const text = await projectText(file);
  if (!refersTo(text, 'xunit(\\.v3)?')) return false;
  return [...text.matchAll(/<ProjectReference\s[^>]*Include\s*=\s*(["'])(.*?)\1/gi)].some(
    ([, , include = '']) => path.resolve(path.dirname(file), include.replaceAll('\\', '/')) === app.file,
  );
}

async function newProjectText(app: App, project: TestProject): Promise<string> {
  const framework = app.frameworks
    .filter((each) => /^net\d+\.\d/.test(each))
    .sort(byVersion)
    .at(-1);
  const isCentral = await managesVersions(project.folder);
  const lines = (indent: string, all: readonly string[]): string => all.map((line) => `${indent}${line}\n`).join('');
  return `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
${lines('    ', [
  ...(framework === undefined ? [] : [`<TargetFramework>${framework}</TargetFramework>`]),
  '<ImplicitUsings>enable</ImplicitUsings>',
  '<Nullable>enable</Nullable>',
  '<IsPackable>false</IsPackable>',
  ...(isCentral ? ['<ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>'] : []),
])}  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="${newest.sdk}" />
    <PackageReference Include="xunit" Version="${newest.xunit}" />
    <PackageReference Include="xunit.runner.visualstudio" Version="${newest.runner}" />
  </ItemGroup>
  <ItemGroup>
    <ProjectReference Include="${escaped(relativePath(project.folder, app.file))}" />
  </ItemGroup>
</Project>
`;
}

function byVersion(a: string, b: string): number {
  return Number.parseFloat(a.slice(3)) - Number.parseFloat(b.slice(3));
}

/** A Directory.Packages.props above keeps versions out of projects. */
async function managesVersions(from: string): Promise<boolean> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, 'Directory.Packages.props'), 'utf8').catch(() => null);
    if (text !== null) return /<ManagePackageVersionsCentrally>\s*true/i.test(text);
    if (path.dirname(folder) === folder) return false;
  }
}

function testText(className: string, title: string, call: string): string {
  return `// Written by Durascope ("Save Run as Test"). No activity runs: the orchestrator is replayed over the recorded history.
using Xunit;

public class ${className}
{
    [Fact(DisplayName = ${literal(title)})]
    public void StillGoesItsWay() => ${call};
}
`;
}

/** As a literal of C#. */
function literal(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/[\u0000-\u001f\u0085\u2028\u2029]/g, ' ')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
