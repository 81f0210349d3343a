import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryEvent } from '../../core/history/history';
import { compareRuns, comparisonView, type RunComparison } from '../../core/instances/compare-runs';
import type { InstanceRow } from '../../core/instances/instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isTerminal } from '../../core/values/status';
import { readHistories } from '../../replay/imported-history';
import { atMost, type Command, required } from '../command';
import { comparisonText } from '../comparison-text';
import { existingInstance } from '../existing-instance';
import { fileText } from '../file-text';
import { importOrigin } from '../imported-origin';
import { isFolder } from './start';

const stillMs = 1500;
const pollMs = 50;

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
      clock: { mode: 'auto' },
      logger: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
      ...(node === undefined ? {} : { nodePath: node }),
    });
    try {
      const { hub } = emulator;
      const originId = await importOrigin(hub, text, args.text('instance'));
      const origin = await existingInstance(hub, originId);
      const history = await hub.history(originId);
      const { instanceId } = await hub.fork(originId, { row: 1, change: null, dry: true });
      const end = await comeToRest(hub, instanceId, origin, history, timeoutMs);
      const comparison = await compared(hub, { row: origin, history }, instanceId);
      const notes = end === null ? [`The run did not end within ${timeoutMs / 1000} s: --timeout gives it longer.`] : [];
      if (args.has('json')) {
        terminal.print(JSON.stringify({ instanceId: originId, ...comparisonView(comparison), notes }));
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

/** A history does not tell the custom statuses on the way; suspends and resumes are by hand, and not repeated. */
async function compared(
  hub: TaskHubClient,
  origin: { row: InstanceRow; history: readonly HistoryEvent[] },
  instanceId: string,
): Promise<RunComparison> {
  const row = await existingInstance(hub, instanceId);
  const run = { row, history: (await hub.history(instanceId)).filter(isOfCode), customStatusChanges: [] };
  return compareRuns({ row: origin.row, history: origin.history.filter(isOfCode), customStatusChanges: [] }, run);
}

function isOfCode({ EventType }: HistoryEvent): boolean {
  return EventType !== 'ExecutionSuspended' && EventType !== 'ExecutionResumed';
}

/** Of a recording of the real engine its last status, which has the history. */
function historyText(text: string): string {
  try {
    const { status } = JSON.parse(text) as { status?: { body?: { historyEvents?: unknown } } };
    return status?.body?.historyEvents === undefined ? text : JSON.stringify(status.body);
  } catch {
    // In another form, or none: whoever reads it says so.
    return text;
  }
}

/**
 * Waits until the run has ended, or stands where the history stands still, too. What was done by hand is done again where it came last: a
 * terminate or a suspend. Null: neither within the time.
 */
async function comeToRest(
  hub: TaskHubClient,
  instanceId: string,
  origin: InstanceRow,
  history: readonly HistoryEvent[],
  timeoutMs: number,
): Promise<InstanceRow | null> {
  const until = Date.now() + timeoutMs;
  let seen = -1;
  let since = Date.now();
  let isAsked = false;
  while (Date.now() < until) {
    const row = await hub.get(instanceId);
    if (row === undefined || isTerminal(row.runtimeStatus)) return row ?? null;
    if (row.historyLength !== seen) [seen, since] = [row.historyLength, Date.now()];
    const isStill = Date.now() - since > stillMs;
    if (isStill && !isAsked) {
      isAsked = true;
      const last = history.findLast(
        (event) => event.EventType === 'ExecutionTerminated' || event.EventType === 'ExecutionSuspended',
      );
      if (origin.runtimeStatus === 'Terminated')
        await hub.terminate(instanceId, last !== undefined && 'Input' in last ? last.Input : origin.output);
      else if (origin.runtimeStatus === 'Suspended')
        await hub.suspend(instanceId, last !== undefined && 'Reason' in last ? (last.Reason ?? null) : null);
      since = Date.now();
    } else if (isStill && !isTerminal(origin.runtimeStatus)) return row;
    await pause(pollMs);
  }
  return null;
}
