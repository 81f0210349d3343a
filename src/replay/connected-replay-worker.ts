/** Replays of orchestrators that connected programs run, in the form of those of an app. */
import { DurascopeError } from '../core/values/errors';
import type { ConnectedReplays } from '../core/ports/connected-replays';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type {
  OpenReplay,
  ReplayFrame,
  ReplayMoment,
  ReplayRequest,
  ReplayRun,
  ReplayWorker,
  Variable,
  VariableScope,
} from '../core/ports/replay-worker';
import type { FoundSource } from './orchestrator-source';

export interface ConnectedReplayOptions {
  replays: ConnectedReplays;
  /** What the programs say that they run; null where they do not say all of it. */
  functionNames: () => readonly string[] | null;
  /** Where the orchestrator is written; null when that is not found. */
  findSource: (functionName: string) => Promise<FoundSource | null>;
}

export class ConnectedReplayWorker implements ReplayWorker {
  readonly #seen = new Set<string>();

  constructor(private readonly options: ConnectedReplayOptions) {}

  /** Where a program does not say all that it runs, what histories name is taken to be there. */
  functions(): Promise<readonly FunctionDescriptor[]> {
    const names = this.options.functionNames() ?? [...this.#seen];
    return Promise.resolve(names.map((name) => ({ name, type: 'other', triggerType: '' })));
  }

  async open(request: ReplayRequest): Promise<OpenReplay> {
    for (const event of request.history) {
      if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated')
        this.#seen.add(event.Name);
    }
    const { replays, findSource } = this.options;
    const { id, run } = await replays.open(request);
    // A history is shown where its code cannot be: whatever keeps it from being found.
    const source = await findSource(request.functionName).catch(() => null);
    return new Replay(replays, id, request.functionName, placed(run, source), source);
  }

  reload(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

class Replay implements OpenReplay {
  constructor(
    private readonly replays: ConnectedReplays,
    private readonly id: string,
    private readonly functionName: string,
    readonly run: ReplayRun,
    private readonly source: FoundSource | null,
  ) {}

  readonly complete = async (moment: number): Promise<void> => {
    const shown = this.run.moments[moment];
    if (shown === undefined) return;
    const { frames, ...whole } = await this.replays.moment(this.id, moment);
    Object.assign(shown, whole, { frames: frames.map((frame) => placedFrame(frame, this.source)) });
  };

  scopes(): Promise<readonly VariableScope[]> {
    return Promise.resolve([]);
  }

  variables(): Promise<readonly Variable[]> {
    return Promise.resolve([]);
  }

  evaluate(): Promise<Variable> {
    return Promise.reject(
      new DurascopeError(
        'NotSupported',
        `'${this.functionName}' runs in the ${this.run.program ?? ''}, whose variables cannot be seen from here: only what it asks for and its custom status.`,
      ),
    );
  }

  close(): Promise<void> {
    return this.replays.close(this.id);
  }
}

function placed(run: ReplayRun, source: FoundSource | null): ReplayRun {
  const moments = run.moments.map((moment): ReplayMoment => ({
    ...moment,
    frames: moment.frames.map((frame) => placedFrame(frame, source)),
  }));
  return { ...run, moments, sourceText: source?.text ?? null };
}

function placedFrame(frame: ReplayFrame, source: FoundSource | null): ReplayFrame {
  return source === null
    ? { ...frame, note: 'Its source was not found in the workspace.' }
    : { ...frame, place: source.place, note: 'Where it begins: the program does not tell the line at which it waits.' };
}
