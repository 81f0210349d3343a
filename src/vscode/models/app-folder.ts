import { parse } from 'jsonc-parser';

/**
 * Whether a folder with a host.json is a function app with durable functions: its package depends on `durable-functions`, its .NET project on
 * the isolated worker's extension, a function.json has an orchestration trigger, or its host.json configures them. `projects`, `functionJsons`:
 * the texts of those.
 */
export function isDurableApp(files: {
  packageJson: string | undefined;
  hostJson: string | undefined;
  projects?: readonly string[];
  functionJsons?: readonly string[];
}): boolean {
  const host = objectOf(files.hostJson);
  if (host === undefined) return false;
  const manifest = objectOf(files.packageJson);
  const dependsOn = ['dependencies', 'devDependencies', 'peerDependencies'].some((key) => {
    const listed = manifest?.[key];
    return typeof listed === 'object' && listed !== null && 'durable-functions' in listed;
  });
  if (dependsOn) return true;
  if (files.projects?.some((text) => /Microsoft\.Azure\.Functions\.Worker\.Extensions\.DurableTask/i.test(text)) === true)
    return true;
  if (files.functionJsons?.some((text) => /"orchestrationTrigger"/i.test(text)) === true) return true;
  const extensions = host['extensions'];
  return typeof extensions === 'object' && extensions !== null && 'durableTask' in extensions;
}

/**
 * Whether a file of dependencies (package.json, requirements.txt, pyproject.toml, go.mod, pom.xml, build.gradle, a .csproj) names a
 * Durable Task SDK: durabletask and durabletask.azuremanaged for Python, @microsoft/durabletask-js, durabletask-go, durabletask-client for
 * Java, Microsoft.DurableTask for .NET.
 */
export function namesDurableTaskSdk(manifest: string): boolean {
  return /(?<![\w.])(?:microsoft\.durabletask|@microsoft\/durabletask|durabletask)(?![\w])/i.test(manifest);
}

/** Of host.json, without slashes at its ends; `api` unless it says otherwise. */
export function routePrefixOf(hostJson: string | undefined): string {
  const http = (objectOf(hostJson)?.['extensions'] as { http?: { routePrefix?: unknown } } | undefined)?.http;
  return typeof http?.routePrefix === 'string' ? http.routePrefix.replaceAll(/^\/+|\/+$/g, '') : 'api';
}

function objectOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  // Comments are allowed in host.json.
  const value: unknown = parse(text, [], { allowTrailingComma: true });
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
