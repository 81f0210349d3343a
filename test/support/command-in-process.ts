/** A command of the command line about an emulator that runs, in this process: it says what the program says, without the time that one takes to start. */
import { version } from '../../package.json';
import { runCommandLine } from '../../src/cli/run-command-line';
import type { Ended, Ready } from './durascope-program';
import { ToldTerminal } from './told-terminal';

export async function commandInProcess(args: readonly string[], { url, key }: Pick<Ready, 'url' | 'key'>): Promise<Ended> {
  const terminal = new ToldTerminal();
  const code = await runCommandLine([...args, '--url', url, '--key', key], version, terminal);
  return { code, stdout: terminal.printed, stderr: terminal.warned };
}
