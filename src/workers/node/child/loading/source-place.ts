/** Where in the app's source something stands: of a call, of an error while loading, of a built file (through its source map). */
import { findSourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { thrownParts } from '../../../../base/error-message';
import { originalFile } from '../../../../base/original-file';
import type { SourcePlace as Located } from '../../../../core/values/source-place';
import { placeKeptApart } from './maps-kept-apart';
import { shownFile } from './shown-file';

export interface SourcePlace {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
}

export interface CallerPlace extends SourcePlace {
  /** The file that runs: `file`, or what was built of it. */
  running: string;
}

/** The innermost frame of the present call that belongs to the app: neither to Node.js, nor to a package, nor to this program. */
export function callerOutside(): CallerPlace | null {
  const own = callSites().filter(({ file }) => !inPackage.test(file) && file !== __filename);
  const site = firstOwn(own);
  return site === undefined ? null : { ...toSource(site.file, site.line, site.column), running: site.file };
}

const inPackage = /[\\/]node_modules[\\/]/;

/** Packages that a bundler has put into a file of the app stand in between; without a map nothing tells them from the app. */
function firstOwn(sites: readonly CallSite[]): CallSite | undefined {
  const [first] = sites;
  return (
    sites.find((site) => {
      const original = originalOf(site);
      return original === null || (original.file !== null && !inPackage.test(original.file));
    }) ?? first
  );
}

/**
 * Where the app's code asked for what is being done now; null when it was not the app that asked but Azure's own packages (or nobody).
 */
export function appCaller(): Located | null {
  const sites = callSites().filter((site) => site.file !== __filename);
  const [asked] = sites;
  if (asked === undefined || isAzures(asked)) return null;
  const site = firstOwn(sites.filter(({ file }) => !inPackage.test(file)));
  return site === undefined ? null : { column: site.column, ...toSource(site.file, site.line, site.column) };
}

function isAzures(site: CallSite): boolean {
  const original = originalOf(site);
  // In its own map @azure/functions names its sources webpack://azure/functions/.
  if (original?.file === null) return /(^|\/)@?(azure\/functions(-[a-z-]+)?|durable-functions)\//.test(original.source);
  return /[\\/]node_modules[\\/](durable-functions[^\\/]*|@azure[\\/]functions)[\\/]/.test(original?.file ?? site.file);
}

const writers = new Map<string, Located>();
/** Of a program that writes from ever new places, such as made code. */
const mostWriters = 10_000;

/** As `callerOutside`, for what is asked very often: where the app's code writes a line. */
export function writerOutside(): Located | null {
  const site = firstOwn(callSites(nearFrames).filter(({ file }) => file !== __filename && !inPackage.test(file)));
  if (site === undefined) return null;
  const key = `${site.file}:${site.line}:${site.column}`;
  let place = writers.get(key);
  if (place === undefined) {
    if (writers.size >= mostWriters) writers.clear();
    place = { column: site.column, ...toSource(site.file, site.line, site.column) };
    writers.set(key, place);
  }
  return place;
}

/** Deep enough for what stands between `console.log` and its stream, and for a helper of the app's packages. */
const nearFrames = 25;

interface CallSite {
  file: string;
  line: number;
  column: number;
}

function callSites(frames = 50): CallSite[] {
  const { stackTraceLimit } = Error;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const before = Error.prepareStackTrace;
  try {
    Error.stackTraceLimit = frames;
    Error.prepareStackTrace = (_, sites) => sites;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, callSites);
    return (holder.stack ?? []).flatMap((site) => {
      const file = toPath(site.getFileName() ?? '');
      return file === null ? [] : [{ file, line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 }];
    });
  } finally {
    Error.prepareStackTrace = before;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function toPath(fileOrUrl: string): string | null {
  if (fileOrUrl.startsWith('file:')) return fileURLToPath(fileOrUrl);
  return path.isAbsolute(fileOrUrl) ? fileOrUrl : null;
}

/** A place of a built file, back in the source it was made from, as far as a source map tells. */
export function toSource(file: string, line: number, column = 1): SourcePlace {
  const original = originalOf({ file, line, column });
  if (original?.file === undefined || original.file === null) return { file: shownFile(file), line };
  return { file: shownFile(original.file), line: original.line };
}

/** What a source map tells of a place; null: nothing. `file` is null where `source`, as the map names it, is no file. */
function originalOf({ file, line, column }: CallSite): { source: string; file: string | null; line: number } | null {
  // Node.js knows the map by the path for CommonJS and by the URL for ES modules.
  const map = findSourceMap(file) ?? findSourceMap(new URL(`file://${file.replaceAll('\\', '/')}`).href);
  if (map === undefined) {
    const found = placeKeptApart(file, line, column - 1);
    return found === null ? null : { source: found.source, file: originalFile(found.source, file), line: found.line };
  }
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return null;
  const source = entry.originalSource;
  return { source, file: originalFile(source, file), line: entry.originalLine + 1 };
}

/** Where an error thrown while loading comes from: the place that a syntax error prints first, or the first frame inside the app. */
export function placeOfError(error: unknown, appDir: string): SourcePlace | null {
  const { stack, message } = thrownParts(error);
  // As ts-node has it, whichever way its compiler writes.
  const compiled = /^(.+?)(?:\((\d+),\d+\):|:(\d+):\d+ -) error TS\d+:/m.exec(message);
  if (compiled?.[1] !== undefined)
    return { file: shownFile(path.resolve(appDir, compiled[1])), line: Number(compiled[2] ?? compiled[3]) };
  const head = /^((?:file:\/\/)?[^\n]*?):(\d+)\n/.exec(stack);
  const headFile = head?.[1] === undefined ? null : toPath(head[1]);
  if (head !== null && headFile !== null) return toSource(headFile, Number(head[2]));
  for (const match of stack.matchAll(/^\s+at (?:.*?\()?((?:file:\/\/)?[^()\n]*?):(\d+):(\d+)\)?$/gm)) {
    const file = toPath(match[1] ?? '');
    if (file === null || file === __filename || /[\\/]node_modules[\\/]/.test(file)) continue;
    if (!path.relative(appDir, file).startsWith('..')) return { file: shownFile(file), line: Number(match[2]) };
  }
  return null;
}
