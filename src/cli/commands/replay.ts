import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { closestName } from '../../base/closest-name';
import { causeTexts } from '../../core/divergence';
import { DurascopeError } from '../../core/errors';
import type { LogEntry } from '../../core/ports/logger';
import { createReplays, type Replays } from '../../emulator/replays';
import { readHistories, type ImportedHistory } from '../../replay/imported-history';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import type { Terminal } from '../terminal';

export const replayCommand: Command = {
  name: 'replay',
  takes: 'HISTORY',
  summary: 'Check that the code of an app still replays a history, from this machine or from production.',
  details:
    'HISTORY is a file: the status with showHistory=true (and showHistoryOutput, showInput), what "func durable get-history" prints, an\n' +
    'exported history table (JSON or CSV), or a Durascope file; - reads standard input. No activity runs and nothing is started.\n' +
    'Exit code 0: the code replays it. 1: it does not, and the first difference is printed. 2: that could not be found out.',
  options: {
    app: { value: 'DIR', help: 'The function app. Default: the current directory.' },
    function: { value: 'NAME', help: 'The orchestrator to run. Default: the one that the history names.' },
    instance: { value: 'ID', help: 'Which instance of a file with several. Default: all of them.' },
    node: { value: 'PATH', help: 'Node.js to load the app with.' },
    verbose: { help: 'Print what the app logs while it is loaded.' },
  },
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 1);
    const file = required(args, 0, 'The file with the history');
    const wanted = args.text('instance');
    const all = readHistories(await textOf(file));
    const chosen = wanted === undefined ? all : all.filter(({ instanceId }) => instanceId === wanted);
    if (chosen.length === 0) throw noInstance(wanted ?? '', all);
    const node = args.text('node');
    const replays = createReplays({
      appDir: path.resolve(args.text('app') ?? '.'),
      log: args.has('verbose') ? (entry: LogEntry) => terminal.warn(entry.message) : () => undefined,
      ...(node === undefined ? {} : { nodePath: node }),
    });
    try {
      const reports: Report[] = [];
      for (const each of chosen) reports.push(await check(replays, each, args));
      if (args.has('json')) terminal.print(JSON.stringify(chosen.length === 1 ? reports[0] : reports));
      else for (const report of reports) print(report, terminal);
      return reports.every(({ replays: ok }) => ok) ? 0 : 1;
    } finally {
      await replays.dispose();
    }
  },
};

interface Report {
  instanceId: string;
  functionName: string;
  /** The code still goes the way of the history. */
  replays: boolean;
  /** Moments at which the code stood still. */
  steps: number;
  end: string;
  divergence: ReplayTimeline['divergence'];
  notes: readonly string[];
}

async function check(replays: Replays, imported: ImportedHistory, args: ParsedArguments): Promise<Report> {
  const { instanceId, executionId, history } = imported;
  const functionName = args.text('function') ?? imported.functionName ?? (await onlyOrchestrator(replays));
  const timeline = await replays.open({ instanceId, executionId, history, functionName });
  const { divergence, steps } = timeline;
  return {
    instanceId,
    functionName,
    replays: divergence === null,
    steps: steps.length,
    end: steps.at(-1)?.kind ?? 'waiting',
    divergence,
    notes: [...imported.notes, ...timeline.notes],
  };
}

function print({ instanceId, functionName, steps, end, divergence, notes }: Report, terminal: Terminal): void {
  const { style } = terminal;
  const out = (line: string): void => terminal.print(line);
  const who = `${functionName} (${instanceId})`;
  if (divergence === null) {
    out(`${style.green('replays')}  ${who}: ${steps} ${steps === 1 ? 'step' : 'steps'}, ${endTexts[end] ?? end}`);
  } else {
    const { place, cause, message, recorded, actual, rowIndex } = divergence;
    out(`${style.red('differs')}  ${who}`);
    out(`  row       ${rowIndex === null ? '-' : String(rowIndex + 1)}`);
    out(`  recorded  ${recorded ?? '-'}`);
    out(`  now       ${actual ?? '-'}`);
    if (place !== null) out(`  at        ${path.relative('', place.file)}:${place.line}:${place.column}`);
    out(`  cause     ${causeTexts[cause].title}`);
    out(`  ${message}`);
  }
  for (const note of notes) out(style.dim(`  note: ${note}`));
}

const endTexts: Readonly<Record<string, string>> = {
  waiting: 'still waiting',
  completed: 'completed',
  failed: 'failed, as recorded',
  continuedAsNew: 'continued as new',
  terminated: 'terminated',
};

async function onlyOrchestrator(replays: Replays): Promise<string> {
  const names = (await replays.functions()).filter((fn) => fn.type === 'orchestrator').map((fn) => fn.name);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw new DurascopeError(
    'InvalidArgument',
    `The history does not say which orchestrator it is of. Name it with --function: ${names.join(', ')}.`,
  );
}

function noInstance(wanted: string, all: readonly ImportedHistory[]): DurascopeError {
  const ids = all.map(({ instanceId }) => instanceId);
  const meant = closestName(wanted, ids);
  const known = ids.length > 10 ? `${ids.slice(0, 10).join(', ')} ...` : ids.join(', ');
  return new DurascopeError(
    'InstanceNotFound',
    `The file has no instance '${wanted}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} It has ${known}.`,
  );
}

async function textOf(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `The file '${file}' cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
