/** Functions in PowerShell are folders: function.json tells what starts one, and its script. */
import path from 'node:path';
import * as z from 'zod';

const functionJson = z.object({
  scriptFile: z.string().optional(),
  bindings: z.array(z.looseObject({ type: z.string() })),
});

/** The name of the orchestrator whose script the file is; null when it is none. `text`: of the function.json beside it. */
export function powerShellOrchestrator(file: string, text: string | undefined): string | null {
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
  const isOrchestrator = bindings.some(({ type }) => type.toLowerCase() === 'orchestrationtrigger');
  return isOrchestrator ? path.basename(path.dirname(file)) : null;
}
