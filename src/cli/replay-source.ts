/** Whose code `durascope replay` runs: a function app's, or that of programs connected to a running emulator. */
import path from 'node:path';
import { DurascopeError } from '../core/values/errors';
import type { ReplayRequest } from '../core/ports/replay-worker';
import { waitLines } from '../analysis/grammar-bundle/wait-lines';
import * as sources from '../emulator/replays/project-sources';
import { createReplays } from '../emulator/replays/replays';
import { replayRequestOf } from '../emulator/replays/replay-request';
import type { AttachedHub } from '../hubs/attached-hub';
import { ConnectedReplayWorker } from '../replay/connected-replay-worker';
import type { ImportedHistory } from '../replay/imported-history';
import { openReplay } from '../replay/open-replay';
import type { ReplayTimeline } from '../replay/replay-timeline';
import type { ParsedArguments } from './arguments';
import { connect } from './connection';
import { attachedHub } from './hub-connection';
import { existingInstance } from './existing-instance';
import type { Terminal } from './terminal';

/** A history to replay, wherever it is from. */
export type ReplayedHistory = Omit<ImportedHistory, 'source'>;

export interface ReplaySource {
  open(request: ReplayRequest): Promise<ReplayTimeline>;
  /** Names of its orchestrators, as far as it tells. */
  orchestrators(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

/** The app's code, loaded in a process of its own. */
export function appSource(appDir: string, args: ParsedArguments, terminal: Terminal): ReplaySource {
  const node = args.text('node');
  const replays = createReplays({
    appDir,
    log: args.has('verbose') ? (entry) => terminal.warn(entry.message) : () => undefined,
    findSource: (name) => sources.findInProject(appDir, name),
    findPlaces: waitLines(sources),
    ...(node === undefined ? {} : { nodePath: node }),
  });
  return {
    open: (request) => replays.open(request),
    orchestrators: async () => (await replays.functions()).filter(({ type }) => type === 'orchestrator').map(({ name }) => name),
    dispose: () => replays.dispose(),
  };
}

/** Programs that are connected to the emulator, which are asked over its server. Rejects with `EmulatorNotFound`. */
export async function connectedSource(args: ParsedArguments): Promise<ReplaySource> {
  return sourceOf(await connect(args), undefined);
}

/** An instance of a running emulator as it is now, and whoever has its code. */
export async function instanceSource(
  instanceId: string,
  args: ParsedArguments,
  terminal: Terminal,
): Promise<{ source: ReplaySource; history: ReplayedHistory }> {
  const attached = await attachedHub(args);
  if (attached !== undefined) return attachedSource(attached, instanceId, args, terminal);
  const hub = await connect(args);
  try {
    const { profile } = await existingInstance(hub, instanceId);
    const { executionId, functionName, history } = await replayRequestOf(hub, instanceId);
    const imported = { instanceId, executionId, functionName, history, notes: [] };
    if (profile === 'G') return { source: await sourceOf(hub, args.text('app')), history: imported };
    const source = appSource(args.text('app') ?? hub.info.appDir, args, terminal);
    hub.dispose();
    return { source, history: imported };
  } catch (error) {
    hub.dispose();
    throw error;
  }
}

/** Its rows go straight into a replay by the app on this machine. */
async function attachedSource(
  hub: AttachedHub,
  instanceId: string,
  args: ParsedArguments,
  terminal: Terminal,
): Promise<{ source: ReplaySource; history: ReplayedHistory }> {
  try {
    await existingInstance(hub, instanceId);
    const { executionId, functionName, history } = await replayRequestOf(hub, instanceId);
    const { notes } = await hub.historyWithNotes(instanceId);
    const source = appSource(path.resolve(args.text('app') ?? '.'), args, terminal);
    return { source, history: { instanceId, executionId, functionName, history, notes } };
  } finally {
    hub.dispose();
  }
}

/** `programDir`: where the sources of connected programs are, if that is known. */
async function sourceOf(hub: Awaited<ReturnType<typeof connect>>, programDir: string | undefined): Promise<ReplaySource> {
  const { workers, grpc } = await hub.connections();
  const own = (await hub.functions()).filter(({ profile }) => profile === 'G').map(({ name }) => name);
  if (grpc === null && own.length === 0) {
    throw new DurascopeError(
      'NotSupported',
      'No program can connect to this emulator: gRPC is off. Start it without --no-grpc, and the program, to replay what the program runs.',
    );
  }
  const worker = new ConnectedReplayWorker({
    replays: hub.replays,
    functionNames: () =>
      workers.every(({ isAnnounced }) => isAnnounced)
        ? [...own, ...workers.flatMap(({ orchestrators, activities }) => [...orchestrators, ...activities])]
        : null,
    findSource: async (name) => {
      const folder = programDir ?? (own.includes(name) ? hub.info.appDir : undefined);
      return folder === undefined ? null : sources.findInProject(path.resolve(folder), name);
    },
    findPlaces: waitLines(sources),
  });
  return {
    open: (request) => openReplay(request, worker),
    orchestrators: () => Promise.resolve(workers.flatMap(({ orchestrators }) => orchestrators)),
    dispose: () => {
      hub.dispose();
      return Promise.resolve();
    },
  };
}
