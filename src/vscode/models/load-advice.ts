/** What can be done about an app that could not be loaded. */
import type { AppErrorEvent } from '../../emulator/emulator-types';

export interface LoadAdvice {
  /** Of the button. */
  title: string;
  does: 'install' | 'build' | 'open';
}

/** The most helpful first. */
export function loadAdvice({ message, file, line }: AppErrorEvent): LoadAdvice[] {
  const advice: LoadAdvice[] = [];
  if (/npm install/i.test(message)) advice.push({ title: 'Run npm install', does: 'install' });
  if (/npm run build/i.test(message)) advice.push({ title: 'Build', does: 'build' });
  if (file !== undefined) advice.push({ title: line === undefined ? 'Open File' : 'Go to Line', does: 'open' });
  return advice;
}

/** As much of it as a notification has room for: the rest stands among the problems and in the log. */
export function firstLines(message: string): string {
  const lines = message.split('\n').filter((each) => each.trim() !== '');
  const shown = lines.slice(0, 2).join(' ');
  return shown.length > maxShown ? `${shown.slice(0, maxShown - 1)}…` : shown;
}

const maxShown = 300;
