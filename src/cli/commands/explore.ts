import { countText } from '../../base/count-text';
import type { Exploration } from '../../replay/explore/exploration';
import type { Explorer } from '../../replay/explore/explorer';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { exploredArguments, exploredOptions, scheduleLine } from '../explored-arguments';
import type { Terminal } from '../terminal';
import { printJson } from '../print-json';
import { checkWritable, openToWrite } from '../written-file';

export const exploreCommand: Command = {
  name: 'explore',
  takes: 'NAME',
  summary: 'Run an orchestrator under many schedules in a hub in memory, and print one under which it goes wrong.',
  details: [
    'Answers and events come in every order, timers before and after them, two in one step; an activity fails once or runs twice, an event comes twice; the code',
    'is replayed from the start at every step. It must end, with the output that it has when everything comes in order (or one of --expect). After a failure',
    'that was put there it must only end. Activities run for real, once for each name and input; what they gave is remembered.',
    'With --with several run side by side: they share entities, and activities raise events from one to another through a client.',
    'Exit code 0: nothing was found. 1: a schedule is printed under which it goes wrong. 2: that could not be found out.',
  ].join('\n'),
  options: {
    app: { value: 'DIR', help: 'The function app. Default: the current directory.' },
    ...exploredOptions,
    runs: { value: 'N', help: 'Schedules, at most (default 2000): all where there are no more, else so many by the seed.' },
    seed: { value: 'N', help: 'Which ones (default 1).' },
    schedule: { value: "'STEPS'", help: 'Only this one, as it was printed.' },
    save: {
      value: 'FILE',
      help: 'Write the history of what was found, for "durascope replay" and Import History… in the editor.',
    },
    node: { value: 'PATH', help: 'Node.js to load the app with.' },
    verbose: { help: 'Print what the app logs.' },
  },
  errorCode: 2,
  async run(args, terminal) {
    atMost(args, 1);
    const typed = required(args, 0, 'The name of the orchestrator');
    const node = args.text('node');
    const options = {
      ...(await exploredArguments(args)),
      runs: args.number('runs', 1) ?? 2000,
      seed: args.number('seed', 0) ?? 1,
    };
    const file = args.text('save');
    // Before what may take minutes.
    if (file !== undefined) await checkWritable('save', file);
    const { exploreApp } = await import('../../emulator/emulator');
    const schedule = args.text('schedule');
    return exploreApp(
      {
        ...options,
        name: typed,
        appDir: args.text('app') ?? '.',
        log: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
        ...(node === undefined ? {} : { nodePath: node }),
      },
      (explorer, { name }) =>
        schedule === undefined ? explore(explorer, name, args, terminal) : follow(explorer, name, schedule, args, terminal),
    );
  },
};

async function explore(explorer: Explorer, name: string, args: ParsedArguments, terminal: Terminal): Promise<number> {
  const before = performance.now();
  const found = await explorer.explore();
  const seconds = (performance.now() - before) / 1000;
  const { findings } = found;
  if (findings[0] !== undefined) await save(args, findings[0].history);
  if (args.has('json')) printJson(terminal, { name, seconds, ...found });
  else {
    terminal.print(summary(found, name, seconds));
    for (const { status, output, count } of found.outcomes) {
      terminal.print(
        terminal.style.dim(`  ${String(count).padStart(6)}  ${status}${output === null ? '' : ` ${firstLine(output)}`}`),
      );
    }
    for (const finding of findings) {
      terminal.print(`${terminal.style.red('goes wrong')}  ${finding.problem}`);
      terminal.print(`  durascope explore ${scheduleLine(name, finding.schedule, args)}`);
    }
  }
  if (!args.has('json')) {
    for (const { message } of found.unawaited) terminal.print(`${terminal.style.yellow('note')}  ${message}`);
  }
  const [first] = findings;
  if (first !== undefined && !args.has('json')) {
    terminal.print(terminal.style.dim(`as a test  durascope save-test ${scheduleLine(name, first.schedule, args)}`));
  }
  return first === undefined ? 0 : 1;
}

async function follow(
  explorer: Explorer,
  name: string,
  schedule: string,
  args: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const { run, problem, history } = await explorer.follow(schedule);
  await save(args, history);
  if (args.has('json')) printJson(terminal, { name, ...run, schedule, problem, history });
  else {
    terminal.print(`${name}: ${run.status} ${JSON.stringify(run.output)}`);
    for (const { name: called, id, input, outcome, instanceId } of run.calls) {
      terminal.print(`  ${called} #${id} ${input ?? ''} ${outcome}${instanceId === undefined ? '' : ` (${instanceId})`}`);
    }
    if (problem !== null) terminal.print(`${terminal.style.red('goes wrong')}  ${problem}`);
  }
  return problem === null ? 0 : 1;
}

function summary({ schedules, isComplete, findings }: Exploration, name: string, seconds: number): string {
  const rate = Math.round(schedules / Math.max(seconds, 0.001));
  const count = countText(schedules, 'schedule');
  const all = !isComplete ? count : schedules === 1 ? 'the only schedule' : `all ${count}`;
  return `${name}: ${all} in ${seconds.toFixed(2)} s (${rate} a second)${findings.length === 0 ? ', nothing found' : ''}`;
}

function firstLine(text: string): string {
  const line = text.split('\n')[0]?.trimEnd() ?? '';
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

async function save(args: ParsedArguments, history: readonly unknown[]): Promise<void> {
  const file = args.text('save');
  if (file === undefined) return;
  const opened = await openToWrite('save', file);
  try {
    await opened.writeFile(JSON.stringify(history, null, 1));
  } finally {
    await opened.close();
  }
}
