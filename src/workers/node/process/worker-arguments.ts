/**
 * What an app's settings add to the command line of its Node.js: `languageWorkers__node__arguments`, as the host takes it, split at blanks
 * (spec/language-workers.md 5).
 */
const setting = /^languageWorkers(?:__|:)node(?:__|:)arguments$/i;

export interface WorkerArguments {
  args: readonly string[];
  /** For the user: what was left aside. */
  warnings: readonly string[];
}

/** Those of the inspector are left aside: whoever starts the app opens it. */
export function workerArguments(env: Readonly<Record<string, string>>): WorkerArguments {
  const name = Object.keys(env).find((each) => setting.test(each));
  const given = name === undefined ? [] : (env[name] ?? '').split(/\s+/).filter((each) => each !== '');
  const args = given.filter((each) => !isOfInspector(each));
  if (name === undefined || args.length === given.length) return { args, warnings: [] };
  const left = given.filter(isOfInspector).join(' ');
  return { args, warnings: [`"${left}" of ${name} is left aside: F5, or "durascope start --inspect", lets a debugger attach.`] };
}

function isOfInspector(argument: string): boolean {
  return argument.startsWith('--inspect');
}
