import path from 'node:path';
import { compareRuns, comparisonView } from '../../core/instances/compare-runs';
import { DurascopeError } from '../../core/values/errors';
import { historyText, runAgain } from '../../emulator/replays/compare-history';
import { readHistories } from '../../replay/imported-history';
import { atMost, type Command, required } from '../command';
import { comparisonText } from '../comparison-text';
import { fileText } from '../file-text';
import { importFromFile } from '../imported-origin';
import { printJson } from '../print-json';
import { isFolder } from './start';

export const compareCommand: Command = {
  name: 'compare',
  takes: 'HISTORY',
  summary: 'Run what a history from production tells of with your code, and say where Durascope goes another way.',
  details:
    'HISTORY is a file in one of the forms of "durascope replay" (the status with showHistory, showHistoryOutput and showInput; what "func durable\n' +
    'get-history" prints; an exported history table; a Durascope file), or a recording with such a status in it; - reads standard input.\n' +
    'The instance runs again from its start, in memory, on a clock that jumps. Activities and sub-orchestrations are answered from the history where\n' +
    'name and input are the same (name and order, where it has no inputs), external events come when they came; a suspend is not repeated. Only\n' +
    'what the history has no answer for, and entities, run for real.\n' +
    'What differs on purpose, and why, is in docs/fidelity.md.\n' +
    'Exit code 0: the same but for ids and times. 1: they differ, and the first difference is marked. 2: that could not be found out.',
  options: {
    app: { value: 'DIR', help: 'The function app. Default: the current directory.' },
    instance: { value: 'ID', help: 'Which instance of a file with several (default: all of them).' },
    timeout: { value: 'SECONDS', help: 'Give up waiting for the end of the run after so long (default: 60).' },
    node: { value: 'PATH', help: 'Node.js to load the app with.' },
    verbose: { help: 'Print what the app logs.' },
  },
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 1);
    const file = required(args, 0, 'The file with the history');
    const appDir = path.resolve(args.text('app') ?? '.');
    if (!isFolder(appDir))
      throw new DurascopeError('InvalidArgument', `There is no folder '${appDir}'. Name the app with --app.`);
    const timeoutMs = (args.number('timeout', 1) ?? 60) * 1000;
    const node = args.text('node');
    const text = historyText(await fileText(file));
    // Said before anything is started.
    readHistories(text);
    const { startEmulator } = await import('../../emulator/emulator');
    const emulator = await startEmulator({
      appDir,
      memory: true,
      port: 0,
      timers: 'off',
      rehearsal: false,
      clock: { mode: 'auto' },
      logger: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
      ...(node === undefined ? {} : { nodePath: node }),
    });
    try {
      const { hub } = emulator;
      const originId = await importFromFile(hub, text, args.text('instance'));
      const { origin, run, hasEnded } = await runAgain(hub, originId, timeoutMs);
      const comparison = compareRuns(origin, run);
      const notes = hasEnded ? [] : [`The run did not end within ${timeoutMs / 1000} s: --timeout gives it longer.`];
      if (args.has('json')) {
        printJson(terminal, { instanceId: originId, ...comparisonView(comparison), notes });
      } else {
        terminal.print(comparisonText(comparison, 'the history', 'Durascope', terminal));
        for (const note of notes) terminal.warn(note);
        if (!comparison.isSame) terminal.print('\nWhat differs on purpose, and why, is in docs/fidelity.md.');
      }
      return comparison.isSame ? 0 : 1;
    } finally {
      await emulator.stop();
    }
  },
};
