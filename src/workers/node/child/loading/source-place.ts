/** Where in the app's source something stands: of a call, of an error while loading, of a built file (through its source map). */
import { findSourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { thrownParts } from '../../../../base/error-message';
import type { SourcePlace as Located } from '../../../../core/values/source-place';
import { shownFile } from './shown-file';

export interface SourcePlace {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
}

/** The innermost frame of the present call that belongs to the app: neither to Node.js, nor to a package, nor to this program. */
export function callerOutside(): SourcePlace | null {
  const places = callSites()
    .filter((site) => !/[\\/]node_modules[\\/]/.test(site.file))
    .filter((site) => site.file !== __filename);
  const [first] = places;
  return first === undefined ? null : toSource(first.file, first.line, first.column);
}

/**
 * Where the app's code asked for what is being done now; null when it was not the app that asked but Azure's own packages (or nobody).
 */
export function appCaller(): Located | null {
  const sites = callSites().filter((site) => site.file !== __filename);
  const [asked] = sites;
  if (asked === undefined || /[\\/]node_modules[\\/](durable-functions[^\\/]*|@azure[\\/]functions)[\\/]/.test(asked.file))
    return null;
  const site = sites.find(({ file }) => !/[\\/]node_modules[\\/]/.test(file));
  return site === undefined ? null : { column: site.column, ...toSource(site.file, site.line, site.column) };
}

const writers = new Map<string, Located>();
/** Of a program that writes from ever new places, such as made code. */
const mostWriters = 10_000;

/** As `callerOutside`, for what is asked very often: where the app's code writes a line. */
export function writerOutside(): Located | null {
  const site = callSites(nearFrames).find(({ file }) => file !== __filename && !/[\\/]node_modules[\\/]/.test(file));
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
  // Node.js knows the map by the path for CommonJS and by the URL for ES modules.
  const map = findSourceMap(file) ?? findSourceMap(new URL(`file://${file.replaceAll('\\', '/')}`).href);
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalSource' in entry)) return { file: shownFile(file), line };
  return {
    file: shownFile(toPath(entry.originalSource) ?? path.resolve(path.dirname(file), entry.originalSource)),
    line: entry.originalLine + 1,
  };
}

/** Where an error thrown while loading comes from: the place that a syntax error prints first, or the first frame inside the app. */
export function placeOfError(error: unknown, appDir: string): SourcePlace | null {
  const { stack } = thrownParts(error);
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
