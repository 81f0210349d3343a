import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The project and those that it refers to, directly or not: absolute paths of their files, itself first. */
export async function projectsOf(project: string): Promise<string[]> {
  const seen = new Set<string>();
  const look = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const [, , include = ''] of text.matchAll(/<ProjectReference\s[^>]*Include\s*=\s*(["'])(.*?)\1/gi)) {
      const own = include.replaceAll(/\$\((MSBuildThisFileDirectory|MSBuildProjectDirectory|ProjectDir)\)[\\/]?/gi, './');
      await look(path.resolve(path.dirname(file), own.replaceAll('\\', '/')));
    }
  };
  await look(project);
  return [...seen];
}
