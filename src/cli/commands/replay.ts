import path from 'node:path';
import { closestName } from '../../base/closest-name';
import { causeTexts } from '../../core/history/divergence';
import { DurascopeError } from '../../core/values/errors';
import { readHistories, type ImportedHistory } from '../../replay/imported-history';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { placeNotes, stepLines, type StepLine } from '../../replay/step-lines';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command } from '../command';
import { fileText } from '../file-text';
import { anyHubOptions } from '../hub-connection';
import { appSource, connectedSource, instanceSource, type ReplayedHistory, type ReplaySource } from '../replay-source';
import { stepTable } from '../step-table';
import type { Terminal } from '../terminal';
import { printJson } from '../print-json';

export const replayCommand: Command = {
  name: 'replay',
  takes: '[HISTORY]',
  summary: 'Check that the code still replays a history, from this machine or from production.',
  details:
    'HISTORY is a file: the status with showHistory=true (and showHistoryOutput, showInput), what "func durable get-history" prints, an\n' +
    'exported history table (JSON or CSV, with types or without), or a Durascope file; - reads standard input. The code is that of an app, or\n' +
    'with --connected of the programs that are connected to a running emulator, which are asked what they do with each part of the history.\n' +
    'Without HISTORY, --instance names an instance of a running emulator; its code is where the instance runs. With --hub it is one of a hub of\n' +
    'a real engine, whose rows are replayed by the app in --app.\n' +
    'No activity runs, nothing is started and nothing committed.\n' +
    'Exit code 0: the code replays it. 1: it does not, and the first difference is printed. 2: that could not be found out.',
  options: {
    app: { value: 'DIR', help: 'The function app. Default: the current directory.' },
    connected: { help: 'Ask the programs that are connected to a running emulator.' },
    function: { value: 'NAME', help: 'The orchestrator to run. Default: the one that the history names.' },
    instance: { value: 'ID', help: 'Which instance of a file with several (default: all of them), or of a running emulator.' },
    steps: { help: 'Print every moment: what came in, what the code asked for then, and its custom status.' },
    node: { value: 'PATH', help: 'Node.js to load the app with.' },
    verbose: { help: 'Print what the app logs while it is loaded.' },
    ...anyHubOptions,
  },
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 1);
    const { source, histories } = await chosen(args, terminal);
    try {
      const reports: Report[] = [];
      for (const each of histories) reports.push(await check(source, each, args));
      if (args.has('json')) printJson(terminal, histories.length === 1 ? reports[0] : reports);
      else for (const report of reports) print(report, terminal);
      return reports.every(({ replays: ok }) => ok) ? 0 : 1;
    } finally {
      await source.dispose();
    }
  },
};

/** Whose code, and over which histories. */
async function chosen(
  args: ParsedArguments,
  terminal: Terminal,
): Promise<{ source: ReplaySource; histories: readonly ReplayedHistory[] }> {
  const [file] = args.positionals;
  const wanted = args.text('instance');
  const isConnected = args.has('connected');
  if (file === undefined) {
    if (wanted === undefined) {
      throw new DurascopeError(
        'InvalidArgument',
        'The file with the history is missing, or --instance with an instance of a running emulator.',
      );
    }
    const { source, history } = await instanceSource(wanted, args, terminal);
    return { source, histories: [history] };
  }
  for (const option of ['url', 'key', 'hub', 'task-hub'].filter((each) => args.text(each) !== undefined && !isConnected)) {
    throw new DurascopeError(
      'InvalidArgument',
      option === 'hub' || option === 'task-hub'
        ? `Either a file or --${option}: --instance names the instance of the hub that is replayed.`
        : `--${option} names a running emulator: an instance of it is named by --instance, and a file goes with --connected, which asks the programs that are connected to it.`,
    );
  }
  if (isConnected && args.text('app') !== undefined) {
    throw new DurascopeError('InvalidArgument', 'Either --app or --connected: an app, or the programs connected to an emulator.');
  }
  const all = readHistories(await historyText(file));
  const histories = wanted === undefined ? all : all.filter(({ instanceId }) => instanceId === wanted);
  if (histories.length === 0) throw noInstance(wanted ?? '', all);
  const source = isConnected ? await connectedSource(args) : appSource(path.resolve(args.text('app') ?? '.'), args, terminal);
  return { source, histories };
}

/** A name that is no file's is taken for an instance's: that there is an option for it is said. */
async function historyText(file: string): Promise<string> {
  try {
    return await fileText(file);
  } catch (error) {
    if (!(error instanceof DurascopeError) || /[./\\]/.test(file)) throw error;
    const message = `${error.message}. An instance of a running emulator is named by --instance.`;
    throw new DurascopeError(error.code, message, { cause: error });
  }
}

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
  /** With --steps. */
  timeline?: readonly StepLine[];
}

async function check(source: ReplaySource, imported: ReplayedHistory, args: ParsedArguments): Promise<Report> {
  const { instanceId, executionId, history } = imported;
  const functionName = args.text('function') ?? imported.functionName ?? onlyOrchestrator(await source.orchestrators());
  const timeline = await source.open({ instanceId, executionId, history, functionName });
  const { divergence, steps } = timeline;
  const lines = args.has('steps') ? { timeline: await stepLines(timeline) } : {};
  await timeline.dispose();
  return {
    instanceId,
    functionName,
    replays: divergence === null,
    steps: steps.length,
    end: steps.at(-1)?.kind ?? 'waiting',
    divergence,
    notes: [...imported.notes, ...timeline.notes],
    ...lines,
  };
}

function print({ instanceId, functionName, steps, end, divergence, notes, timeline }: Report, terminal: Terminal): void {
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
  if (timeline !== undefined) out(stepTable(timeline, terminal));
  for (const note of [...notes, ...placeNotes(timeline ?? [])]) out(style.dim(`  note: ${note}`));
}

const endTexts: Readonly<Record<string, string>> = {
  waiting: 'still waiting',
  completed: 'completed',
  failed: 'failed, as recorded',
  continuedAsNew: 'continued as new',
  terminated: 'terminated',
};

function onlyOrchestrator(names: readonly string[]): string {
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
