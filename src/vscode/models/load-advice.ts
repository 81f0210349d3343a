/** What can be done about an app that could not be loaded. */
import { type AppProblem, problemsOf } from '../../core/values/app-problem';
import { DurascopeError } from '../../core/values/errors';
import type { AppErrorEvent } from '../../emulator/emulator-types';

export interface LoadAdvice {
  /** Of the button. */
  title: string;
  does: 'install' | 'build' | 'open';
}

/** The app could not be built before its start: as what loading it says. */
export class BuildFailed extends Error {
  readonly error: AppErrorEvent;

  constructor(message: string, problems: readonly AppProblem[] = []) {
    super(message);
    this.error = { type: 'appError', message, problems };
  }
}

/** What keeps the app from being loaded, where that is why something was refused; undefined: it is about something else. `loadError`: what its emulator knows. */
export function refusedAsBroken(error: unknown, loadError: AppErrorEvent | undefined): AppErrorEvent | undefined {
  if (DurascopeError.is(error, 'UnknownFunction')) return loadError;
  if (!DurascopeError.is(error, 'AppInvalid')) return undefined;
  const known: AppErrorEvent = loadError ?? { type: 'appError', message: error.message, problems: problemsOf(error) };
  return loadAdvice(known).length === 0 ? undefined : known;
}

/** From 1. */
export interface LoadPlace {
  file: string;
  line?: number;
  column?: number;
}

/** The most helpful first. */
export function loadAdvice(error: AppErrorEvent): LoadAdvice[] {
  const { message } = error;
  const place = placeOf(error);
  const advice: LoadAdvice[] = [];
  // Not where a package is to be added: that is for the user to say.
  if (/run npm install/i.test(message)) advice.push({ title: 'Run npm install', does: 'install' });
  if (/npm run build/i.test(message)) advice.push({ title: 'Build', does: 'build' });
  if (place !== undefined) advice.push({ title: place.line === undefined ? 'Open File' : 'Go to Line', does: 'open' });
  return advice;
}

/** Of the first mistake that has a line, else a file. */
export function placeOf({ file, line, problems = [] }: AppErrorEvent): LoadPlace | undefined {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const own = file === undefined ? [] : [{ file, ...(line === undefined ? {} : { line }) }];
  const places = [...errors, ...own].flatMap((each): LoadPlace[] => {
    if (each.file === undefined) return [];
    const column = 'column' in each ? each.column : undefined;
    return [
      {
        file: each.file,
        ...(each.line === undefined ? {} : { line: each.line }),
        ...(column === undefined ? {} : { column }),
      },
    ];
  });
  return places.find((place) => place.line !== undefined) ?? places[0];
}

/** Words that menus and welcome texts ask for: `install`, `build`, and `line` or `file` where there is a place to go to. */
export function mendingWords(error: AppErrorEvent): string {
  const at = placeOf(error)?.line === undefined ? 'file' : 'line';
  return loadAdvice(error)
    .map(({ does }) => (does === 'open' ? at : does))
    .join(' ');
}

/** As much of it as a notification has room for: the rest stands among the problems and in the log. */
export function firstLines(message: string): string {
  const lines = message.split('\n').filter((each) => each.trim() !== '');
  const shown = lines.slice(0, 2).join(' ');
  return shown.length > maxShown ? `${shown.slice(0, maxShown - 1)}…` : shown;
}

const maxShown = 300;
