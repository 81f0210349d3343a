import type { connectToEmulator } from '../emulator/connect';
import type { Terminal } from './terminal';

/** Of whoever has the app: a hub of a real engine does not tell. */
export type HubWithApp = Partial<Pick<Awaited<ReturnType<typeof connectToEmulator>>, 'functions' | 'problems'>>;

/** To whoever starts an instance: that the app could not be loaded, and why. Nothing where it is, or where that cannot be told. */
export async function sayWhereBroken(hub: HubWithApp, terminal: Terminal): Promise<void> {
  // An emulator of an older version does not know of any.
  const problems = (await hub.problems?.().catch(() => [])) ?? [];
  const [first, ...others] = problems.filter(({ severity }) => severity === 'error');
  if (first === undefined || (await hub.functions?.())?.length !== 0) return;
  const place = first.file === undefined || first.line === undefined ? '' : ` (${first.file}:${first.line})`;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  terminal.warn(
    `The app is not loaded: ${first.message}${place}${more}\nWhat is started waits as Pending, and begins once that is mended.`,
  );
}
