/** Functions that a setting of the app turns off (spec/functions-worker.md 2.2.1). Names of settings ignore case, as in the real host. */
export type IsDisabled = (functionName: string) => boolean;

/** Some systems have no dots in names of variables. */
const forms = [/^azurewebjobs\.(.+)\.disabled$/, /^azurewebjobs_(.+)_disabled$/];

export function disabledBy(env: Readonly<Record<string, string | undefined>>): IsDisabled {
  const names = new Set<string>();
  for (const [setting, value] of Object.entries(env)) {
    if (!/^\s*(1|true)\s*$/i.test(value ?? '')) continue;
    for (const form of forms) {
      const name = form.exec(setting.toLowerCase())?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return (functionName) => names.has(functionName.toLowerCase());
}

/** For the log, where there are some. */
export function disabledNote(functionNames: readonly string[]): string[] {
  if (functionNames.length === 0) return [];
  return [`Disabled, so not among the app's functions: ${functionNames.join(', ')}.`];
}
