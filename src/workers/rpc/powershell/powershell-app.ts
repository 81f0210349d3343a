import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Whether the folder's settings or its functions are those of PowerShell. */
export async function isPowerShellApp(appDir: string): Promise<boolean> {
  const settings = await readFile(path.join(appDir, 'local.settings.json'), 'utf8').catch(() => '');
  const named = /"FUNCTIONS_WORKER_RUNTIME"\s*:\s*"([^"]*)"/.exec(settings)?.[1];
  if (named !== undefined) return named.toLowerCase() === 'powershell';
  for (const entry of await readdir(appDir, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const files = await Promise.all(
      ['function.json', 'run.ps1'].map((name) => stat(path.join(appDir, entry.name, name)).catch(() => null)),
    );
    if (files.every((file) => file !== null)) return true;
  }
  return false;
}
