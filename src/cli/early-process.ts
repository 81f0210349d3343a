import { existsSync } from 'node:fs';
import path from 'node:path';
import { startEarlyProcess, type EarlyProcess } from '../emulator/thread/early-process';

const commands = new Set(['start', 'run']);

/** Of an emulator that the command line will start, as far as `argv` (without node and program) lets it guess before it is parsed. */
export function earlyProcessFor([command = '', ...rest]: readonly string[]): EarlyProcess | undefined {
  if (!commands.has(command) || rest.some((word) => /^(-h|--(help|inspect|build|node)(=.*)?)$/.test(word))) return undefined;
  return startEarlyProcess({ appDir: rest.find((word) => existsSync(path.join(word, 'host.json'))) ?? '.' });
}
