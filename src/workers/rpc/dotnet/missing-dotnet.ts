/** What `dotnet` says where it has no runtime that an app was built for, or no SDK that may build it, in one sentence with what to do. */
import { DurascopeError } from '../../../core/values/errors';

const download = 'https://dotnet.microsoft.com/download';

/** `said`: of a process that ended at once. Null: it is about something else. */
export function missingRuntime(said: string): DurascopeError | null {
  if (!said.includes('You must install or update .NET to run this application')) return null;
  const [, name = '.NET', version = ''] = /^Framework: '([^']+)', version '([^']+)'/m.exec(said) ?? [];
  const found = [...said.matchAll(/^ +(\d+\.\S+) at \[/gm)].map((match) => match[1]);
  const there = found.length === 0 ? '' : ` (there is ${found.join(', ')})`;
  return new DurascopeError(
    'AppInvalid',
    `The app is built for ${name} ${version}, which is not installed here${there}. Install it (${download}), or let the app run on a newer one: "DOTNET_ROLL_FORWARD": "Major" among the Values of local.settings.json.`,
  );
}

/** `said`: of a build. Null: it is about something else. */
export function missingSdk(said: string): DurascopeError | null {
  const [, broken] = /Microsoft\.DotNet\.Cli[^]*?JsonException: (.*)/.exec(said) ?? [];
  if (broken !== undefined) return new DurascopeError('AppInvalid', `dotnet cannot read global.json: ${broken}`);
  if (!/compatible \.NET SDK was not found|No \.NET SDKs were found/.test(said)) return null;
  const [, wanted] = /^Requested SDK version: (\S+)/m.exec(said) ?? [];
  const [, file = 'global.json'] = /^global\.json file: (.+)/m.exec(said) ?? [];
  const found = [...said.matchAll(/^(\d+\.\S+) \[/gm)].map((match) => match[1] ?? '');
  if (wanted === undefined) {
    return new DurascopeError('AppInvalid', `There is a .NET here, and no SDK, which builds apps: install one (${download}).`);
  }
  const there = found.length === 0 ? '' : ` (there is ${found.join(', ')})`;
  const isNewer = found.some((version) => majorOf(version) > majorOf(wanted));
  const or = isNewer ? 'let a newer one build the app: "rollForward": "latestMajor" beside "version"' : 'name one that is there';
  return new DurascopeError(
    'AppInvalid',
    `${file} asks for the .NET SDK ${wanted}, which is not installed here${there}. Install it (${download}), or ${or}.`,
    { details: { file } },
  );
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
