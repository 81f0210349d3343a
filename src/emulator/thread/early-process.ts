import { existsSync } from 'node:fs';
import path from 'node:path';
import { emulatorNodeArguments, nodeArguments } from '../../workers/node/process/node-arguments';
import { startWaitingProcess } from '../../workers/node/process/waiting-process';
import { findChildScript } from '../app/child-script';
import type { EmulatorOptions } from '../emulator-types';

export type EarlyProcess = NonNullable<EmulatorOptions['waiting']>;

/**
 * The process for an app in JavaScript, so that it comes up while the emulator is still read; undefined where there will be none, or where
 * one has to be started in another way. A guess: cheap, and without consequences when it is wrong.
 */
export function startEarlyProcess(
  options: Pick<EmulatorOptions, 'appDir' | 'app' | 'inspectPort' | 'nodePath'>,
): EarlyProcess | undefined {
  const { appDir, app, inspectPort, nodePath = process.execPath } = options;
  // Windows has no pipes by number.
  if (app === false || inspectPort !== undefined || process.platform === 'win32') return undefined;
  if (!['host.json', 'package.json'].every((name) => existsSync(path.join(appDir, name)))) return undefined;
  return startWaitingProcess(nodePath, nodeArguments(emulatorNodeArguments, findChildScript()));
}
