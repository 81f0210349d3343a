/** What `dotnet` says where it has no runtime that an app was built for, in one sentence with what to do. */
import { DurascopeError } from '../../../core/values/errors';

/** `said`: of a process that ended at once. Null: it is about something else. */
export function missingRuntime(said: string): DurascopeError | null {
  if (!said.includes('You must install or update .NET to run this application')) return null;
  const [, name = '.NET', version = ''] = /^Framework: '([^']+)', version '([^']+)'/m.exec(said) ?? [];
  const found = [...said.matchAll(/^ +(\d+\.\S+) at \[/gm)].map((match) => match[1]);
  const there = found.length === 0 ? '' : ` (there is ${found.join(', ')})`;
  return new DurascopeError(
    'AppInvalid',
    `The app is built for ${name} ${version}, which is not installed here${there}. Install it (https://dotnet.microsoft.com/download), or let the app run on a newer one: "DOTNET_ROLL_FORWARD": "Major" among the Values of local.settings.json.`,
  );
}
