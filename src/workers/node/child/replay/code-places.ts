/** From V8's positions to the files that a user edits, by the source maps of the scripts. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { originalFile } from '../../../../base/original-file';
import type { SourcePlace } from '../../../../core/values/source-place';
import { placeKeptApart } from '../loading/maps-kept-apart';
import { shownFile } from '../loading/shown-file';

export interface Script {
  url: string;
  sourceMapURL: string;
}

/** A place and what is to be said about it. */
export interface NotedPlace {
  place: SourcePlace | null;
  note: string | null;
}

interface LoadedMap {
  map: TraceMap | null;
  note: string | null;
}

export class CodePlaces {
  private readonly places = new Map<string, NotedPlace>();
  private readonly maps = new Map<string, LoadedMap>();
  private readonly staleness = new Map<string, string | null>();

  /** `script` may be undefined: a script that V8 does not tell about. Line and column from 0. */
  at(scriptId: string, script: Script | undefined, line0: number, column0: number): NotedPlace {
    const key = `${scriptId}:${line0}:${column0}`;
    let place = this.places.get(key);
    if (place === undefined) {
      const { place: found, note } = this.locate(script, line0, column0);
      place = { place: found === null ? null : { ...found, file: shownFile(found.file) }, note };
      this.places.set(key, place);
    }
    return place;
  }

  private locate(script: Script | undefined, line0: number, column0: number): NotedPlace {
    if (script === undefined || script.url === '')
      return { place: null, note: 'The code was made while running and has no file.' };
    const file = toFile(script.url);
    if (file === null) return { place: null, note: noFile(script.url) };
    const built: SourcePlace = { file, line: line0 + 1, column: column0 + 1 };
    if (script.sourceMapURL === '') {
      const apart = placeKeptApart(file, line0 + 1, column0);
      const written = apart === null ? null : originalFile(apart.source, file);
      if (apart === null || written === null) return { place: built, note: null };
      return { place: { file: written, line: apart.line, column: apart.column + 1 }, note: null };
    }
    const { map, note } = this.mapOf(script, file);
    if (map === null) return { place: built, note };
    const { source, line, column } = originalPositionFor(map, { line: line0 + 1, column: column0 });
    if (source === null) return { place: built, note: `The source map of ${path.basename(file)} says nothing about this line.` };
    const original = originalFile(asNamed(map, source), file);
    if (original === null) return { place: built, note: noSource(source) };
    const problem = this.problemWith(original, file);
    if (problem?.isMissing === true) return { place: built, note: problem.text };
    return { place: { file: original, line, column: column + 1 }, note: problem?.text ?? null };
  }

  private mapOf({ url, sourceMapURL }: Script, file: string): LoadedMap {
    let loaded = this.maps.get(url);
    if (loaded === undefined) {
      loaded = loadMap(sourceMapURL, url, file);
      this.maps.set(url, loaded);
    }
    return loaded;
  }

  private problemWith(original: string, built: string): { text: string; isMissing: boolean } | null {
    let text = this.staleness.get(original);
    if (text === undefined) {
      text = stalenessOf(original, built);
      this.staleness.set(original, text);
    }
    return text === null ? null : { text, isMissing: text.includes('does not exist') };
  }
}

function loadMap(sourceMapURL: string, url: string, file: string): LoadedMap {
  try {
    const mapUrl = sourceMapURL.startsWith('data:') ? url : new URL(sourceMapURL, url).href;
    const text = sourceMapURL.startsWith('data:') ? dataText(sourceMapURL) : readFileSync(new URL(mapUrl), 'utf8');
    return { map: new TraceMap(text, mapUrl), note: null };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'is missing' : 'cannot be read';
    return {
      map: null,
      note: `The source map of ${path.basename(file)} ${what}: the line is that of the built file. Build the app again.`,
    };
  }
}

function dataText(url: string): string {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith('base64') ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data);
}

/** A second of slack: a build writes its files and their times in any order. */
const slackMs = 1_000;

function stalenessOf(original: string, built: string): string | null {
  try {
    const source = statSync(original);
    if (source.mtimeMs <= statSync(built).mtimeMs + slackMs) return null;
    return `${path.basename(original)} was changed after it was built, so lines may be off. Build the app again.`;
  } catch {
    return noSource(original);
  }
}

function noFile(url: string): string {
  const advice = url.startsWith('webpack') ? ' Build it with devtool "source-map" instead of webpack\'s "eval".' : '';
  return `The code comes from ${url}, which is no file.${advice}`;
}

function noSource(source: string): string {
  return `The source ${source} does not exist: the line is that of the built file.`;
}

/** Resolving takes the `..` out of a URL, and with it the way from a bundler's folder to the source. */
function asNamed({ sourceRoot, sources, resolvedSources }: TraceMap, resolved: string): string {
  if (resolved.startsWith('file:') || (sourceRoot ?? '') !== '') return resolved;
  return sources[resolvedSources.indexOf(resolved)] ?? resolved;
}

function toFile(urlOrPath: string): string | null {
  if (urlOrPath.startsWith('file:')) return fileURLToPath(urlOrPath);
  return path.isAbsolute(urlOrPath) ? urlOrPath : null;
}
