import { version } from '../../package.json';
import type { EarlyProcess } from '../emulator/thread/early-process';
import { useEarlyProcess } from './emulator-options';
import { runCommandLine } from './run-command-line';
import { processTerminal } from './terminal';

/** `early`: for an emulator that this command may start. */
export function main(early: EarlyProcess | undefined): void {
  // A reader that has seen enough (`durascope history ID | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // A disk that is full.
    process.stderr.write(`Error: What the command prints cannot be written: ${error.message}\n`);
    process.exit(1);
  });
  useEarlyProcess(early);
  void runCommandLine(process.argv.slice(2), version, processTerminal()).then((code) => {
    early?.dismiss();
    process.exitCode = code;
  });
}
