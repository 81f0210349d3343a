/** Functions in PowerShell are folders: function.json tells what starts one, and its script. */
import path from 'node:path';
import * as z from 'zod';

const functionJson = z.object({
  scriptFile: z.string().optional(),
  bindings: z.array(z.looseObject({ type: z.string() })),
});

/** The name of the orchestrator whose script the file is; null when it is none. `text`: of the function.json beside it. */
export function powerShellOrchestrator(file: string, text: string | undefined): string | null {
  return powerShellFunction(file, text) === 'orchestrator' ? path.basename(path.dirname(file)) : null;
}

/** What starts the function whose script the file is; null when it is the script of none. */
export function powerShellFunction(
  file: string,
  text: string | undefined,
): 'orchestrator' | 'activity' | 'entity' | 'client' | null {
  if (text === undefined) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Half typed: it says nothing yet.
    return null;
  }
  const parsed = functionJson.safeParse(json);
  if (!parsed.success) return null;
  const { scriptFile = 'run.ps1', bindings } = parsed.data;
  if (path.basename(scriptFile).toLowerCase() !== path.basename(file).toLowerCase()) return null;
  const types = new Set(bindings.map(({ type }) => type.toLowerCase()));
  if (types.has('orchestrationtrigger')) return 'orchestrator';
  if (types.has('activitytrigger')) return 'activity';
  return types.has('entitytrigger') ? 'entity' : 'client';
}
