import type { Command } from './command';
import { attachCommand } from './commands/attach';
import { checkCommand } from './commands/check';
import { resumeCommand, rewindCommand, suspendCommand, terminateCommand } from './commands/control';
import { compareCommand } from './commands/compare';
import { diffCommand } from './commands/diff';
import { entityCommand } from './commands/entity';
import { exploreCommand } from './commands/explore';
import { exportCommand } from './commands/export';
import { forkCommand } from './commands/fork';
import { historyCommand } from './commands/history';
import { importCommand } from './commands/import';
import { instancesCommand } from './commands/instances';
import { invokeCommand } from './commands/invoke';
import { mcpCommand } from './commands/mcp';
import { purgeCommand } from './commands/purge';
import { clockCommand } from './commands/clock';
import { raiseEventCommand } from './commands/raise-event';
import { replayCommand } from './commands/replay';
import { restartCommand } from './commands/restart';
import { runCommand } from './commands/run';
import { saveTestCommand } from './commands/save-test';
import { showCommand } from './commands/show';
import { startCommand } from './commands/start';
import { startInstanceCommand } from './commands/start-instance';

/** In the order of the help. */
export const commands: readonly Command[] = [
  startCommand,
  runCommand,
  instancesCommand,
  showCommand,
  historyCommand,
  startInstanceCommand,
  raiseEventCommand,
  clockCommand,
  terminateCommand,
  suspendCommand,
  resumeCommand,
  rewindCommand,
  restartCommand,
  forkCommand,
  diffCommand,
  purgeCommand,
  invokeCommand,
  entityCommand,
  exportCommand,
  importCommand,
  saveTestCommand,
  replayCommand,
  compareCommand,
  exploreCommand,
  checkCommand,
  attachCommand,
  mcpCommand,
];
