import { version } from '../../package.json';
import { runCommandLine } from './run-command-line';
import { processTerminal } from './terminal';

// A reader that has seen enough (`durascope history ID | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runCommandLine(process.argv.slice(2), version, processTerminal()).then((code) => {
  process.exitCode = code;
});
