/** `functionTimeout` of host.json, in the words of the real host. */
import { FunctionThrew } from './invocation';

/** More than a timer of this process can wait for is no limit. */
export const longestTimerMs = 2 ** 31 - 1;

export class FunctionTimedOut extends FunctionThrew {
  constructor(name: string, limitMs: number) {
    super(undefined, `Timeout value of ${timeSpanText(limitMs)} was exceeded by function: Functions.${name}`);
    this.name = 'Microsoft.Azure.WebJobs.Host.FunctionTimeoutException';
  }
}

/** `hh:mm:ss`, with what is left of a second as seven digits. */
export function timeSpanText(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(ms / 86_400_000);
  const rest = ms % 1000 === 0 ? '' : `.${String(Math.round((ms % 1000) * 10_000)).padStart(7, '0')}`;
  return `${days === 0 ? '' : `${days}.`}${two((ms / 3_600_000) % 24)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${rest}`;
}
