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
  /** For each moment the lines at which the code waits, innermost first; null where they cannot be told for sure. Absent: never told. */
  findPlaces?: (source: FoundSource, request: ReplayRequest, run: ReplayRun) => Promise<readonly Placed[]>;
}

export type Placed = readonly Pick<ReplayFrame, 'name' | 'place'>[] | null;

const notTold = 'Where it begins: the program does not tell the line at which it waits.';
const notRead = 'Where it begins: lines at which code waits are told in C#, and not in F# and Visual Basic.';
const notSure = 'Where it begins: the line at which it waits cannot be told for sure.';

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
    const { replays, findSource, findPlaces } = this.options;
    const { id, run } = await replays.open(request);
    // A history is shown where its code cannot be: whatever keeps it from being found.
    const source = await findSource(request.functionName).catch(() => null);
    const places = source === null ? null : await findPlaces?.(source, request, run).catch(() => null);
    const put = framesIn(source, places ?? null);
    return new Replay(replays, id, request.functionName, placed(run, source, put), put);
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
    private readonly put: PutFrames,
  ) {}

  readonly complete = async (moment: number): Promise<void> => {
    const shown = this.run.moments[moment];
    if (shown === undefined) return;
    const { frames, ...whole } = await this.replays.moment(this.id, moment);
    Object.assign(shown, whole, { frames: this.put(frames, moment) });
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

/** Frames of a moment, with their places. */
type PutFrames = (frames: readonly ReplayFrame[], moment: number) => readonly ReplayFrame[];

function placed(run: ReplayRun, source: FoundSource | null, put: PutFrames): ReplayRun {
  const moments = run.moments.map((moment, index): ReplayMoment => ({ ...moment, frames: put(moment.frames, index) }));
  return { ...run, moments, sourceText: source?.text ?? null };
}

function framesIn(source: FoundSource | null, places: readonly Placed[] | null): PutFrames {
  return (frames, moment) => {
    if (source === null) return frames.map((frame) => ({ ...frame, note: 'Its source was not found in the workspace.' }));
    const lines = places?.[moment] ?? null;
    if (lines !== null && frames.length > 0) return lines.map(({ name, place }) => ({ name, place, note: null }));
    const note = places === null ? notTold : /\.(fs|vb)$/i.test(source.place.file) ? notRead : notSure;
    return frames.map((frame) => ({ ...frame, place: source.place, note }));
  };
}
