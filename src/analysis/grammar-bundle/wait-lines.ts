/** The lines at which orchestrators wait that a replay by messages tells nothing of: out of their texts. */
import type { ReplayFrame, ReplayRequest, ReplayRun } from '../../core/ports/replay-worker';
import type { SourcePlace } from '../../core/values/source-place';
import { loadGrammars, parserOf } from './load-grammars';

/** Reads sources. */
export interface SourceTexts {
  /** Undefined when there is no such file. */
  text(file: string): Promise<string | undefined>;
  /** By path, those in C# of the project that a file belongs to and of the projects that it refers to. */
  csharpTextsAround(file: string): Promise<ReadonlyMap<string, string>>;
}

type Placed = readonly Pick<ReplayFrame, 'name' | 'place'>[] | null;
type FindPlaces = (source: { place: SourcePlace }, request: ReplayRequest, run: ReplayRun) => Promise<readonly Placed[]>;

/** Finds for each moment the frames, innermost first; null where nothing is known of the language, or the line cannot be told for sure. */
export function waitLines(texts: SourceTexts): FindPlaces {
  return async ({ place: { file } }, { functionName, history }, { moments }) => {
    if (!/\.(cs|ps1)$/i.test(file)) return moments.map(() => null);
    const { csharpWaits, powerShellWaits, waitPlaces } = loadGrammars();
    const waits = /\.cs$/i.test(file)
      ? csharpWaits(await parserOf('csharp'), await texts.csharpTextsAround(file), functionName)
      : powerShellWaits(await parserOf('powershell'), file, (await texts.text(file)) ?? '', functionName);
    return waits === null ? moments.map(() => null) : waitPlaces(waits, history, moments);
  };
}
