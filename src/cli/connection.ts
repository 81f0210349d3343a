/** How a command reaches a running emulator. */
import { DurascopeError } from '../core/values/errors';
import { connectToEmulator } from '../emulator/connect';
import { isLoopbackOrigin } from '../base/loopback';
import { chooseEmulator, type RunningEmulator, runningEmulators } from '../emulator/data/running-emulators';
import type { Options, ParsedArguments } from './arguments';

export const connectionOptions: Options = {
  url: {
    value: 'URL',
    help: 'The emulator to talk to; without it the one that runs for the app in this folder, or the only one.',
  },
  key: { value: 'KEY', help: 'Its key, where --url names an emulator of another user. Keys are sent to this machine only.' },
};

/** `EmulatorNotFound` when there is none, or none is the obvious one. */
export async function connect(args: ParsedArguments): ReturnType<typeof connectToEmulator> {
  const url = args.text('url');
  if (url === undefined) {
    const chosen = chooseEmulator(await runningEmulators(), process.cwd());
    return connectToEmulator(chosen.url, chosen.key);
  }
  const origin = originOf(url);
  const key = args.text('key') ?? new URL(url).searchParams.get('code') ?? keyOf(origin, await runningEmulators());
  return connectToEmulator(origin, key);
}

export function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  throw new DurascopeError('InvalidArgument', `--url takes an address like http://localhost:7071, not '${url}'.`);
}

/** Of an emulator of this user at this very address. The names of the loopback address are one: a port is taken on all of them. */
function keyOf(origin: string, emulators: readonly RunningEmulator[]): string | null {
  if (!isLoopbackOrigin(origin)) return null;
  const { port } = new URL(origin);
  return emulators.find((each) => new URL(each.url).port === port)?.key ?? null;
}
