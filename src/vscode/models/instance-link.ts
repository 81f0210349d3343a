/** The path and query of an instance's address, decoded as an editor's Uri has them. */
export function linkPath(instanceId: string, appDir: string): { path: string; query: string } {
  return { path: `/instance/${instanceId}`, query: `app=${encodeURIComponent(appDir)}` };
}

/** Undefined for an address that names no instance. */
export function readLink(path: string, query: string): { instanceId: string; appDir: string | undefined } | undefined {
  const instanceId = /^\/instance\/([^]+)$/.exec(path)?.[1];
  if (instanceId === undefined) return undefined;
  return { instanceId, appDir: new URLSearchParams(query).get('app') ?? undefined };
}
