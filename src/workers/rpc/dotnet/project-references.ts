/** Which files an app of .NET is made of by MSBuild: projects that it refers to, and what they take from files that several of them share. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const shared = ['Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'global.json', 'nuget.config'];
const deepest = 20;
const ownFolder = /\$\((MSBuildThisFileDirectory|MSBuildProjectDirectory|ProjectDir)\)[\\/]?/gi;

/** The project and those that it refers to, directly or not: absolute paths of their files, itself first. */
export async function projectsOf(project: string): Promise<string[]> {
  const seen = new Set<string>();
  const look = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const reference of namedIn(text, file, /<ProjectReference\s[^>]*Include\s*=\s*(["'])(.*?)\1/gi)) await look(reference);
  };
  await look(project);
  return [...seen];
}

/** The project's own file, those that a build takes from the folders above, as far as the repository goes, and what these import; absolute paths. */
export async function decidingFiles(projectFile: string): Promise<string[]> {
  const files = new Set<string>();
  const add = async (file: string): Promise<void> => {
    if (files.has(file) || !(await isThere(file))) return;
    files.add(file);
    if (!/\.(props|targets|\w*proj)$/i.test(file)) return;
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const imported of namedIn(text, file, /<Import\s[^>]*Project\s*=\s*(["'])(.*?)\1/gi)) await add(imported);
  };
  await add(projectFile);
  let dir = path.dirname(projectFile);
  for (let depth = 0; depth < deepest; depth++) {
    for (const name of shared) await add(path.join(dir, name));
    const above = path.dirname(dir);
    if (above === dir || (await isThere(path.join(dir, '.git')))) break;
    dir = above;
  }
  return [...files];
}

/**
 * What a project and the files that it shares with others say, without comments and without versions of packages, which refer to none. `references`:
 * and the projects that it refers to, whose packages are its own.
 */
export async function projectText(project: string, { references }: { references: boolean }): Promise<string> {
  const projects = references ? await projectsOf(project) : [project];
  const files = new Set((await Promise.all(projects.map(decidingFiles))).flat());
  const texts = await Promise.all([...files].map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.map(sayingText).join('\n');
}

/** Of MSBuild: what is commented out, and what only sets a version, says nothing. */
export function sayingText(text: string): string {
  return text.replaceAll(/<!--[\s\S]*?-->/g, '').replaceAll(/<PackageVersion\s[^>]*>/gi, '');
}

/** Files that a text names by a path that can be told without MSBuild. */
function namedIn(text: string, file: string, pattern: RegExp): string[] {
  return [...text.replaceAll(/<!--[\s\S]*?-->/g, '').matchAll(pattern)].flatMap(([, , named = '']) => {
    const own = named.replaceAll(ownFolder, './').replaceAll('\\', '/');
    return own.includes('$(') || own.includes('*') ? [] : [path.resolve(path.dirname(file), own)];
  });
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}
