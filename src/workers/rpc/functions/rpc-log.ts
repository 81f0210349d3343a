/** Lines of log that a worker sends. */
import type { FailureDetails } from '../../../core/history/history';
import type { LogEntry, LogLevel } from '../../../core/ports/logger';
import type { SourcePlace } from '../../../core/values/source-place';
import { parseFailureDetails } from '../../supervision/activity-failure';
import { type RpcException, type RpcLog, RpcLog_RpcLogCategory } from '../../../wire/generated/function-rpc';

/** Whether a file, absolute, is of the app's own sources. */
export type IsSource = (file: string) => boolean;

const levels: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

/**
 * What the app's own code says is `user`, what the worker and its libraries say is `worker`, and for the patient only unless it is a
 * warning. Where a line was written is not told; where the exception that stands in it was thrown is.
 */
export function readLog({ category, level, message, exception, logCategory }: RpcLog, isSource: IsSource): LogEntry {
  const told = levels[level] ?? 'debug';
  const isSystem =
    logCategory !== RpcLog_RpcLogCategory.User ||
    /^(Microsoft\.|Worker\.|Host\.|Azure\.|System\.|Grpc\.|LanguageWorkerConsoleLog)/.test(category);
  const text = exception === undefined ? message : withException(message, exception);
  const place = exception === undefined ? scriptPlace(message, isSource) : thrownAt(exception, isSource);
  return {
    level: isSystem && told === 'information' ? 'debug' : told,
    category: isSystem ? 'worker' : 'user',
    message: `${text}${adviceOn(text)}`,
    ...(place === undefined ? {} : { place }),
  };
}

function withException(message: string, { message: what, stackTrace }: RpcException): string {
  const details = parseFailureDetails(what);
  const text = details === null ? what : failureText(details);
  const all = message.includes(text) ? message : `${message}\n${text}`;
  return stackTrace === '' || all.includes(stackTrace) ? all : `${all}\n${stackTrace}`;
}

/** The failure of an activity comes as JSON: as .NET writes an exception, the outermost first. */
function failureText({ ErrorType, ErrorMessage, StackTrace, InnerFailure }: FailureDetails): string {
  const own = `${ErrorType}: ${ErrorMessage}${StackTrace == null ? '' : `\n${StackTrace}`}`;
  return InnerFailure == null ? own : `${own}\n ---> ${failureText(InnerFailure)}`;
}

const frame = /^\s*at .* in (.+):line (\d+)\s*$/;

/** Of the exception itself, not of its cause, as long as it has a line of the app's own. */
function thrownAt({ message, stackTrace }: RpcException, isSource: IsSource): SourcePlace | undefined {
  const details = parseFailureDetails(message);
  const stacks = [stackTrace];
  for (let failure = details; failure != null; failure = failure.InnerFailure ?? null) stacks.push(failure.StackTrace ?? '');
  if (details === null) stacks.push(message);
  for (const line of stacks.join('\n').split(/\r?\n/)) {
    const [, file, number] = frame.exec(line) ?? [];
    if (file !== undefined && isSource(file)) return { file, line: Number(number), column: 1 };
  }
  return undefined;
}

const scriptFrame = /^(?:ScriptStackTrace\s*:)?\s*at .*, (.+): line (\d+)\s*$/;

/** PowerShell's worker tells all that it knows of an error in the text, its stack at the end. */
function scriptPlace(message: string, isSource: IsSource): SourcePlace | undefined {
  const start = /^(EXCEPTION|ERROR): /.test(message) ? message.lastIndexOf('\nScriptStackTrace') : -1;
  if (start === -1) return undefined;
  for (const line of message.slice(start + 1).split(/\r?\n/)) {
    const [, file, number] = scriptFrame.exec(line) ?? [];
    if (file !== undefined && isSource(file)) return { file, line: Number(number), column: 1 };
  }
  return undefined;
}

/** What puzzles: the package names the mistake and not what to do, and the orchestration may go on waiting for ever. */
function adviceOn(text: string): string {
  if (!text.includes('An invalid asynchronous invocation was detected')) return '';
  return (
    '\nAn orchestrator awaits nothing but tasks of its context, else it may wait for ever: context.CreateTimer instead of Task.Delay, ' +
    'and an activity for what takes HttpClient, files or a database.'
  );
}
