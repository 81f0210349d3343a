/** What an orchestrator is explored with, on the command lines that explore it and that keep what was found. */
import { shellQuoted } from '../base/shell-quoted';
import { DurascopeError } from '../core/values/errors';
import { checkIn } from '../replay/explore/check';
import { eventsFrom } from '../replay/explore/events';
import type { ExploreOptions } from '../replay/explore/exploration';
import type { ParsedArguments } from './arguments';
import { jsonArgument } from './json-argument';

export const exploredOptions = {
  input: { value: 'JSON', short: 'i', help: "The orchestrator's input as JSON, or @file." },
  events: {
    value: 'JSON',
    help: 'What comes from outside, once each: {"Approval": true}, or [["Order", 1], ["Order", 2]] for several of a name.',
  },
  event: { value: 'NAME=JSON', isList: true, help: 'The same for a single event. May be given several times.' },
  with: {
    value: 'NAME=JSON',
    isList: true,
    help: 'An orchestrator that runs beside, with its input; NAME:ID=JSON gives the instance an id (default explored-2, -3 …). May be given several times.',
  },
  expect: {
    value: 'JSON',
    help: 'A list of the outputs that it may have: ["approved", "escalated"]; with --with each is a list. Default: the one that it has in order.',
  },
  check: {
    value: 'FILE',
    help: 'A module that exports a function of a run ({ status, output, calls, schedule }) which returns or throws what is wrong with it.',
  },
  failures: { value: 'N', help: 'Activities that fail once in a schedule, at most (default 1).' },
  doubles: { value: 'N', help: 'Activities that run twice, and events that come twice, at most (default 1).' },
} as const;

export type ExploredArguments = Pick<ExploreOptions, 'input' | 'events' | 'expect' | 'check' | 'failures' | 'doubles'> & {
  others: { name: string; input: string | null; id?: string }[];
};

export async function exploredArguments(args: ParsedArguments): Promise<ExploredArguments> {
  const check = args.text('check');
  return {
    input: (await jsonArgument(args.text('input'), '--input')) ?? null,
    events: await eventsOf(args),
    others: await Promise.all(args.texts('with').map(otherOf)),
    expect: await expectedOf(args),
    check: check === undefined ? null : checkIn(check, '--check'),
    failures: args.number('failures', 0) ?? 1,
    doubles: args.number('doubles', 0) ?? 1,
  };
}

/** What follows the command in the line that does it again. */
export function scheduleLine(name: string, schedule: string, args: ParsedArguments): string {
  const options = ['app', ...Object.keys(exploredOptions)].flatMap((option) => {
    const value = args.text(option);
    const values = value === undefined ? args.texts(option) : [value];
    return values.map((each) => `--${option} ${shellQuoted(each)}`);
  });
  return [name, ...options, `--schedule ${shellQuoted(schedule)}`].join(' ');
}

async function eventsOf(args: ParsedArguments): Promise<{ name: string; data: string | null }[]> {
  const text = await jsonArgument(args.text('events'), '--events');
  const events: { name: string; data: string | null }[] = [];
  for (const one of args.texts('event')) {
    const [, name = '', data] = /^([^=]+)(?:=(.*))?$/s.exec(one) ?? [];
    if (name === '') throw new DurascopeError('InvalidArgument', `--event takes NAME=JSON, not '${one}'.`);
    events.push({ name, data: (await jsonArgument(data, '--event')) ?? null });
  }
  if (text === undefined) return events;
  events.push(...eventsFrom(JSON.parse(text), '--events'));
  return events;
}

async function otherOf(text: string): Promise<ExploredArguments['others'][number]> {
  const [, name = '', id, data] = /^([^=:]+)(?::([^=]+))?(?:=(.*))?$/s.exec(text) ?? [];
  if (name === '') throw new DurascopeError('InvalidArgument', `--with takes NAME=JSON or NAME:ID=JSON, not '${text}'.`);
  return { name, input: (await jsonArgument(data, '--with')) ?? null, ...(id === undefined ? {} : { id }) };
}

async function expectedOf(args: ParsedArguments): Promise<string[] | null> {
  const text = await jsonArgument(args.text('expect'), '--expect');
  if (text === undefined) return null;
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value) && value.length === 0)
    throw new DurascopeError(
      'InvalidArgument',
      `--expect names no output, so that none would be right: --expect '[null]' means null.`,
    );
  if (Array.isArray(value)) return value.map((each: unknown) => JSON.stringify(each));
  throw new DurascopeError('InvalidArgument', `--expect takes a list of outputs: --expect '[${text}]'.`);
}
