import { appKind } from './app-kind';

/**
 * MiB of each half of the young generation where the emulator of an app runs: what V8 takes of itself (16) costs memory and saves nothing for most
 * apps. One in C# has each step under way for longer, and more than twice as much of what is allocated outlives a small half (docs/load.md).
 */
export async function youngHalf(appDir: string): Promise<4 | 8> {
  const kind = await appKind(appDir).catch(() => null);
  return kind === 'dotnet' ? 8 : 4;
}
