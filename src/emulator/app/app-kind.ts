import { assertAppFolder } from '../../workers/node/app/app-layout';
import { findDotnetProject } from '../../workers/rpc/dotnet/dotnet-project';
import { isPowerShellApp } from '../../workers/rpc/powershell/powershell-app';

/** What runs a function app. */
export type AppKind = 'node' | 'dotnet' | 'powershell';

/** Rejects with `AppInvalid` where the folder is missing, or does not tell. */
export async function appKind(appDir: string): Promise<AppKind> {
  await assertAppFolder(appDir);
  if ((await findDotnetProject(appDir)) !== null) return 'dotnet';
  return (await isPowerShellApp(appDir)) ? 'powershell' : 'node';
}
