/** A command of the command line in this process: it says what the program says, without the time that one takes to start. */
import { version } from '../../package.json';
import { runCommandLine } from '../../src/cli/run-command-line';
import type { Ended, Ready } from './durascope-program';
import { ToldTerminal } from './told-terminal';

/** One about an emulator that runs. */
export function commandInProcess(args: readonly string[], { url, key }: Pick<Ready, 'url' | 'key'>): Promise<Ended> {
  return anyCommandInProcess([...args, '--url', url, '--key', key]);
}

/** It looks for a running emulator where this process does (`useHome`), unless it is told which. */
export async function anyCommandInProcess(args: readonly string[]): Promise<Ended> {
  const terminal = new ToldTerminal();
  const code = await runCommandLine(args, version, terminal);
  return { code, stdout: terminal.printed, stderr: terminal.warned };
}
