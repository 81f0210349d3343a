/** By which open panels are found: one a thing that is shown, and no two things have one key. */
interface App {
  appDir: string;
}

const importedEnd = '\nimported';

export const panelKeys = {
  instances: ({ appDir }: App): string => appDir,
  instance: ({ appDir }: App, instanceId: string): string => `${appDir}\n${instanceId}`,
  imported: (app: App, instanceId: string): string => `${panelKeys.instance(app, instanceId)}${importedEnd}`,
  compared: (app: App, instanceId: string): string => `${panelKeys.instance(app, instanceId)}\ncompared`,
  functions: ({ appDir }: App): string => `${appDir}\nfunctions`,
  attached: (app: App, instanceId: string, hubId: string): string => `${panelKeys.instance(app, instanceId)}\n${hubId}`,
  attachedInstances: (app: App, hubId: string): string => panelKeys.attached(app, '', hubId),
};

/** The instance of an imported history; null: a panel of something else. */
export function importedIn(key: string, { appDir }: App): string | null {
  const start = `${appDir}\n`;
  return key.startsWith(start) && key.endsWith(importedEnd) ? key.slice(start.length, -importedEnd.length) : null;
}

export function isOfHub(key: string, hubId: string): boolean {
  return key.endsWith(`\n${hubId}`);
}
