/** Lines of log that a worker sends. */
import type { LogEntry, LogLevel } from '../../../core/ports/logger';
import { type RpcLog, RpcLog_RpcLogCategory } from '../generated/function-rpc';

const levels: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

/**
 * What the app's own code says is `user`, what the worker and its libraries say is `worker`, and for the patient only unless it is a
 * warning.
 */
export function readLog({ category, level, message, exception, logCategory }: RpcLog): LogEntry {
  const told = levels[level] ?? 'debug';
  const isSystem =
    logCategory !== RpcLog_RpcLogCategory.User ||
    /^(Microsoft\.|Worker\.|Host\.|Azure\.|System\.|Grpc\.|LanguageWorkerConsoleLog)/.test(category);
  const why = exception === undefined || message.includes(exception.message) ? '' : `\n${exception.message}`;
  const stack = exception === undefined || exception.stackTrace === '' ? '' : `\n${exception.stackTrace}`;
  return {
    level: isSystem && told === 'information' ? 'debug' : told,
    category: isSystem ? 'worker' : 'user',
    message: `${message}${why}${stack}`,
  };
}
