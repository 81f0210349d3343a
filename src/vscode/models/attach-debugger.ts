/** Apps that the JavaScript debugger cannot debug: which debugger can, and how it gets at the app's process. */

export interface OtherDebugger {
  /** Of its debug configurations. */
  type: 'coreclr' | 'PowerShell';
  language: string;
  /** Extension that brings it. */
  extensionId: string;
}

const coreclr: OtherDebugger = { type: 'coreclr', language: 'C#', extensionId: 'ms-dotnettools.csharp' };
const powerShell: OtherDebugger = { type: 'PowerShell', language: 'PowerShell', extensionId: 'ms-vscode.powershell' };

/** By what stands in the app's folder; null: JavaScript. `localSettings`: text of local.settings.json, null where there is none. */
export function otherDebugger(names: readonly string[], localSettings: string | null): OtherDebugger | null {
  if (names.some((name) => /\.(cs|fs|vb)proj$/i.test(name)) || names.includes('functions.metadata')) return coreclr;
  const isPowerShell =
    names.includes('profile.ps1') || /"FUNCTIONS_WORKER_RUNTIME"\s*:\s*"powershell"/i.test(localSettings ?? '');
  return isPowerShell ? powerShell : null;
}

/** `extensions`: what their package.json says. Several bring the same type. */
export function isInstalled({ type }: OtherDebugger, extensions: readonly unknown[]): boolean {
  return extensions.some((manifest) => {
    const debuggers = (manifest as { contributes?: { debuggers?: unknown } } | null)?.contributes?.debuggers;
    return Array.isArray(debuggers) && debuggers.some((each) => (each as { type?: unknown } | null)?.type === type);
  });
}

export function attachConfiguration(
  { type }: OtherDebugger,
  name: string,
  processId: number,
): { type: string; request: 'attach'; name: string } & Record<string, unknown> {
  const common = { type, request: 'attach' as const, name };
  if (type === 'PowerShell') return { ...common, processId, runspaceId: 1 };
  // Breakpoints in the app's own code; what a package does is stepped over.
  return { ...common, processId: String(processId), justMyCode: true };
}
