/** A replay as panels show it: its stops first, then each moment when it is looked at. Values are plain, for any wire. */
import { causeTexts } from '../core/history/divergence';
import type { LogEntry } from '../core/ports/logger';
import type { Variable } from '../core/ports/replay-worker';
import { DurascopeError } from '../core/values/errors';
import type { SourcePlace } from '../core/values/source-place';
import { groupScopes } from './local-scopes';
import { kindTexts } from './pending-texts';
import type { ReplayStep, ReplayTimeline } from './replay-timeline';

/** Undefined: it cannot be read. */
export type ReadSource = (file: string) => Promise<string | undefined>;

/** A place as panels name it, 1-based. */
interface Located {
  file: string;
  line1: number;
  column1: number;
}

/** Lines of the source shown around the one that waits. */
const linesBefore = 5;
const linesAfter = 6;
const mostVariables = 200;
const mostEarlierLogs = 500;

export class ReplayView {
  /** Files that the code waits in, as the overview counts them. */
  readonly files: readonly string[];
  readonly #steps: {
    from: number;
    to: number;
    kind: ReplayStep['kind'];
    file: number | null;
    line1: number | null;
    tasks: number[];
  }[];
  readonly #texts = new Map<string, Promise<string | undefined>>();

  constructor(
    readonly timeline: ReplayTimeline,
    private readonly read: ReadSource,
  ) {
    const files: string[] = [];
    const fileOf = (file: string): number => {
      const known = files.indexOf(file);
      return known < 0 ? files.push(file) - 1 : known;
    };
    this.#steps = timeline.steps.map(({ rows, kind, frames, decisions }) => {
      // The place of a connected program's code is where it begins, not where it waits.
      const place = timeline.program === undefined ? (frames[0]?.place ?? null) : null;
      return {
        ...rows,
        kind,
        file: place === null ? null : fileOf(place.file),
        line1: place?.line ?? null,
        tasks: decisions.map(({ id }) => id),
      };
    });
    this.files = files;
  }

  async overview() {
    const { functionName, executionId, history, notes, divergence, program } = this.timeline;
    return {
      functionName,
      executionId,
      rows: history.length,
      steps: this.#steps,
      files: [...this.files],
      notes: [...notes],
      ...(program === undefined ? {} : { program }),
      divergence:
        divergence === null
          ? null
          : {
              row: divergence.rowIndex,
              recorded: divergence.recorded,
              actual: divergence.actual,
              place: toLocation(divergence.place),
              sourceLine: divergence.place === null ? null : await this.#lineOf(divergence.place),
              causeTitle: causeTexts[divergence.cause].title,
              causeExplanation: causeTexts[divergence.cause].explanation,
              message: divergence.message,
            },
    };
  }

  /** The step is told in full from then on. Rejects with `InvalidArgument` for one that there is not. */
  async prepare(step: number): Promise<void> {
    this.#step(step);
    await this.timeline.complete?.(step);
  }

  /** Of a step that was prepared. */
  async moment(step: number) {
    const { timeline } = this;
    const found = this.#step(step);
    const [scopes, snippet] = await Promise.all([this.#scopesOf(found), this.#snippetOf(found)]);
    const scheduledHere = new Set(found.decisions.map(({ id }) => id));
    const earlier = timeline.steps.slice(0, step).flatMap(({ logs }) => logs);
    return {
      step,
      currentUtcDateTime: found.currentUtcDateTime,
      isReplaying: found.isReplaying,
      customStatus: found.customStatus,
      output: found.kind === 'completed' || found.kind === 'continuedAsNew' ? found.output : null,
      failure: found.failure === null ? null : `${found.failure.ErrorType}: ${found.failure.ErrorMessage}`,
      frames: found.frames.map(({ name, place, note }) => ({ name, place: toLocation(place), note })),
      snippet,
      scopes,
      pending: found.pending.map(({ kind, name, id, attempt, sinceRow, instanceId }) => ({
        text: `${kindTexts[kind]} ${name}${id === null ? '' : ` #${id}`}`,
        attempt,
        sinceRow,
        instanceId,
        isNew: id !== null && scheduledHere.has(id),
      })),
      logs: found.logs.map(toLoggedLine),
      earlierLogs: earlier.slice(-mostEarlierLogs).map(toLoggedLine),
    };
  }

  async variables(reference: string, start: number, count: number) {
    return (await this.timeline.variables(reference, { start, count })).map(toVariable);
  }

  #step(step: number): ReplayStep {
    const found = this.timeline.steps[step];
    if (found === undefined) throw new DurascopeError('InvalidArgument', `The replay has no step ${step + 1}.`);
    return found;
  }

  async #scopesOf({ index, frames }: ReplayStep) {
    const { timeline } = this;
    if (frames.length === 0) return [];
    const scopes = groupScopes((await timeline.scopes(index, 0)).filter(({ name }) => name !== 'Durable context'));
    return Promise.all(
      scopes.map(async ({ name, references, expensive }) => {
        const isOpen = !expensive && name.startsWith('Local');
        const range = { start: 0, count: mostVariables };
        const found = isOpen ? await Promise.all(references.map((each) => timeline.variables(each, range))) : [];
        return { name, reference: references[0] ?? '', isOpen, variables: found.flat().map(toVariable) };
      }),
    );
  }

  async #snippetOf({ frames }: ReplayStep) {
    const place = frames[0]?.place;
    if (place == null) return null;
    const text = await this.#textOf(place.file);
    if (text === undefined) return null;
    const lines = text.split(/\r\n|\r|\n/);
    const before = this.timeline.program === undefined ? linesBefore : 0;
    const firstLine1 = Math.max(1, place.line - before);
    return {
      file: place.file,
      firstLine1,
      line1: place.line,
      lines: lines.slice(firstLine1 - 1, place.line + linesAfter + linesBefore - before),
    };
  }

  async #lineOf({ file, line }: SourcePlace): Promise<string | null> {
    return (await this.#textOf(file))?.split(/\r\n|\r|\n/)[line - 1] ?? null;
  }

  #textOf(file: string): Promise<string | undefined> {
    const known = this.#texts.get(file) ?? this.read(file);
    this.#texts.set(file, known);
    return known;
  }
}

function toLoggedLine({ level, message, place }: LogEntry): { level: string; message: string; place: Located | null } {
  return { level, message, place: toLocation(place ?? null) };
}

function toLocation(place: SourcePlace | null): Located | null {
  return place === null ? null : { file: place.file, line1: place.line, column1: place.column };
}

function toVariable({ name, value, type, reference, indexedCount }: Variable) {
  return { name, value, type, reference, ...(indexedCount === undefined ? {} : { indexedCount }) };
}
