import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { ExploredRun, ExploreOptions, Exploration, Explorer } from '../../replay/explore/explorer';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { jsonArgument } from '../json-argument';
import { registeredName } from '../registered-name';
import type { Terminal } from '../terminal';
import { printJson } from '../print-json';

export const exploreCommand: Command = {
  name: 'explore',
  takes: 'NAME',
  summary: 'Run an orchestrator under many schedules in a hub in memory, and print one under which it goes wrong.',
  details: [
    'Answers and events come in every order, timers before and after them, two in one step; an activity fails once or runs twice, an event comes twice; the code',
    'is replayed from the start at every step. It must end, with the output that it has when everything comes in order (or one of --expect). After a failure',
    'that was put there it must only end. Activities run for real, once for each name and input; what they gave is remembered.',
    'Exit code 0: nothing was found. 1: a schedule is printed under which it goes wrong. 2: that could not be found out.',
  ].join('\n'),
  options: {
    app: { value: 'DIR', help: 'The function app. Default: the current directory.' },
    input: { value: 'JSON', short: 'i', help: "The orchestrator's input as JSON, or @file." },
    events: {
      value: 'JSON',
      help: 'What comes from outside, once each: {"Approval": true}, or [["Order", 1], ["Order", 2]] for several of a name.',
    },
    event: { value: 'NAME=JSON', help: 'The same for a single event.' },
    expect: {
      value: 'JSON',
      help: 'A list of the outputs that it may have: ["approved", "escalated"]. Default: the one that it has in order.',
    },
    check: {
      value: 'FILE',
      help: 'A module that exports a function of a run ({ status, output, calls, schedule }) which returns what is wrong with it.',
    },
    runs: { value: 'N', help: 'Schedules, at most (default 2000): all where there are no more, else so many by the seed.' },
    seed: { value: 'N', help: 'Which ones (default 1).' },
    failures: { value: 'N', help: 'Activities that fail once in a schedule, at most (default 1).' },
    doubles: { value: 'N', help: 'Activities that run twice, and events that come twice, at most (default 1).' },
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
    const input = (await jsonArgument(args.text('input'), '--input')) ?? null;
    const events = await eventsOf(args);
    const options: Omit<ExploreOptions, 'worker' | 'name'> = {
      input,
      events,
      expect: await expectedOf(args),
      check: checkOf(args.text('check')),
      runs: args.number('runs', 1) ?? 2000,
      seed: args.number('seed', 0) ?? 1,
      failures: args.number('failures', 0) ?? 1,
      doubles: args.number('doubles', 0) ?? 1,
    };
    const { exploreApp } = await import('../../emulator/emulator');
    const schedule = args.text('schedule');
    return exploreApp(
      {
        ...options,
        appDir: args.text('app') ?? '.',
        log: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
        ...(node === undefined ? {} : { nodePath: node }),
        choose: (functions) => registeredName(functions, typed),
      },
      (explorer, name) =>
        schedule === undefined ? explore(explorer, name, args, terminal) : follow(explorer, name, schedule, args, terminal),
    );
  },
};

async function explore(explorer: Explorer, name: string, args: ParsedArguments, terminal: Terminal): Promise<number> {
  const before = performance.now();
  const found = await explorer.explore();
  const seconds = (performance.now() - before) / 1000;
  const { finding } = found;
  if (finding !== null) await save(args, finding.history);
  if (args.has('json')) printJson(terminal, { name, seconds, ...found });
  else {
    terminal.print(summary(found, name, seconds));
    for (const { status, output, count } of found.outcomes) {
      terminal.print(
        terminal.style.dim(`  ${String(count).padStart(6)}  ${status}${output === null ? '' : ` ${firstLine(output)}`}`),
      );
    }
    if (finding !== null) {
      terminal.print(`${terminal.style.red('goes wrong')}  ${finding.problem}`);
      terminal.print(`  ${lineOf(name, finding.schedule, args)}`);
    }
  }
  return finding === null ? 0 : 1;
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
    for (const call of run.calls) terminal.print(`  ${call.name} #${call.id} ${call.input ?? ''} ${call.outcome}`);
    if (problem !== null) terminal.print(`${terminal.style.red('goes wrong')}  ${problem}`);
  }
  return problem === null ? 0 : 1;
}

function summary({ schedules, isComplete, finding }: Exploration, name: string, seconds: number): string {
  const rate = Math.round(schedules / Math.max(seconds, 0.001));
  const all = isComplete ? `all ${schedules} schedules` : `${schedules} ${schedules === 1 ? 'schedule' : 'schedules'}`;
  return `${name}: ${all} in ${seconds.toFixed(2)} s (${rate} a second)${finding === null ? ', nothing found' : ''}`;
}

function firstLine(text: string): string {
  const line = text.split('\n')[0]?.trimEnd() ?? '';
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** One line that does it again. */
function lineOf(name: string, schedule: string, args: ParsedArguments): string {
  const given = ['app', 'input', 'events', 'event', 'expect', 'check', 'failures', 'doubles'].flatMap((option) => {
    const value = args.text(option);
    return value === undefined ? [] : [`--${option} ${quoted(value)}`];
  });
  return ['durascope explore', name, ...given, `--schedule ${quoted(schedule)}`].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function save(args: ParsedArguments, history: readonly unknown[]): Promise<void> {
  const file = args.text('save');
  if (file !== undefined) await writeFile(file, JSON.stringify(history, null, 1));
}

async function eventsOf(args: ParsedArguments): Promise<{ name: string; data: string | null }[]> {
  const one = args.text('event');
  const text = await jsonArgument(args.text('events'), '--events');
  const events: { name: string; data: string | null }[] = [];
  if (one !== undefined) {
    const [, name = '', data] = /^([^=]+)(?:=(.*))?$/s.exec(one) ?? [];
    if (name === '') throw new DurascopeError('InvalidArgument', `--event takes NAME=JSON, not '${one}'.`);
    events.push({ name, data: (await jsonArgument(data, '--event')) ?? null });
  }
  if (text === undefined) return events;
  const value: unknown = JSON.parse(text);
  const pairs: unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  for (const pair of pairs) {
    const [name, data] = Array.isArray(pair) ? (pair as unknown[]) : [pair];
    if (typeof name !== 'string' || name === '') {
      throw new DurascopeError('InvalidArgument', '--events takes {"Name": payload}, or a list of [name, payload].');
    }
    events.push({ name, data: data === undefined ? null : JSON.stringify(data) });
  }
  return events;
}

async function expectedOf(args: ParsedArguments): Promise<string[] | null> {
  const text = await jsonArgument(args.text('expect'), '--expect');
  if (text === undefined) return null;
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value)) return value.map((each: unknown) => JSON.stringify(each));
  throw new DurascopeError('InvalidArgument', `--expect takes a list of outputs: --expect '[${text}]'.`);
}

function checkOf(file: string | undefined): ExploreOptions['check'] {
  if (file === undefined) return null;
  const module = path.resolve(file);
  let loaded: unknown;
  try {
    loaded = createRequire(module)(module) as unknown;
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `--check names '${file}', which cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parts = loaded as { default?: unknown; check?: unknown } | null;
  const check = [loaded, parts?.default, parts?.check].find((each) => typeof each === 'function');
  if (check === undefined) {
    throw new DurascopeError(
      'InvalidArgument',
      `--check names '${file}', which exports no function: export one that is given a run.`,
    );
  }
  return (run: ExploredRun): string | undefined => {
    const said: unknown = (check as (run: ExploredRun) => unknown)(run);
    return said === undefined || said === null || said === true
      ? undefined
      : typeof said === 'string'
        ? said
        : 'the check of the run says no';
  };
}
