export function runProgram(
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; silentMs: number; grace?: number },
): Promise<{ code: number | undefined; said: Buffer }>;
