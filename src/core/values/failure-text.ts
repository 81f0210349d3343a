/** What stands in the text of a failure: the root cause below the wrappers, and the frames of its stack. */
import { firstThrownIn } from './serialised-exception';

export interface RootCause {
  /** As the text names it, `TypeError`; null where it does not. */
  errorType: string | null;
  /** Without the words that hosts and SDKs put in front. */
  message: string;
  /** Null where the text has none. */
  stack: string | null;
}

/** `Orchestrator function 'Order' failed: `, and what else says no more than where a failure passed through. */
const wrapper =
  /^(?:(?:Orchestrator|Activity|Entity|Sub-?orchestrat(?:or|ion)) function '[^'\n]*' failed: +|(?:Sub-orchestration|Activity|Orchestration) '[^'\n]*' failed: +|Task '[^'\n]*' \(#\d+\) failed with an unhandled exception: +|Message: +|Result: Failure\nException: +|Exception while executing function: +)/i;
const typed = /^([A-Z][\w.]*(?:Error|Exception|Fault)): *(?=\S)/;
const frame = /^\s*(?:at \S|File ".*", line \d+|--- End of |in <?\w.*:line \d+)/;

/** Of the text of a failure, nested as deep as may be. */
export function rootCauseOf(text: string): RootCause {
  const thrown = firstThrownIn(text);
  let rest = (thrown?.message ?? text).trim();
  for (let found = wrapper.exec(rest); found !== null; found = wrapper.exec(rest)) rest = rest.slice(found[0].length).trim();
  const lines = rest.split('\n');
  const firstFrame = lines.findIndex((line) => frame.test(line));
  const stack =
    thrown?.stack !== undefined && thrown.stack !== ''
      ? thrown.stack
      : firstFrame < 0
        ? null
        : lines.slice(firstFrame).join('\n');
  let message = (firstFrame < 0 ? rest : lines.slice(0, firstFrame).join('\n')).trim();
  // `message\nTypeError: message\n    at …`: the stack repeats it.
  const [head = '', ...more] = message.split('\n');
  const repeated = typed.exec(more[0] ?? '');
  if (repeated !== null && more[0]?.slice(repeated[0].length).trim() === head.trim())
    message = [more[0], ...more.slice(1)].join('\n');
  const named = typed.exec(message) ?? typed.exec((stack ?? '').trimStart());
  const own = typed.exec(message);
  return {
    errorType: named?.[1] ?? null,
    message: own === null ? message : message.slice(own[0].length),
    stack,
  };
}

/** One line for lists: `TypeError: The card was refused`. */
export function rootCauseLine(text: string): string {
  const { errorType, message } = rootCauseOf(text);
  const line = message.split('\n', 1)[0] ?? '';
  return errorType === null || errorType === 'Error' ? line : `${errorType}: ${line}`;
}

export interface StackLine {
  text: string;
  /** Of an SDK, a runtime or the emulator: nobody wrote it for this app. */
  isForeign: boolean;
}

const foreign =
  /node_modules[\\/]|\bnode:|\(<anonymous>\)|\bnew Promise\b|[\\/](?:node-worker(?:-program)?|emulator|durascope)\.js:|\bat (?:System|Microsoft|Azure|Grpc|DurableTask)\.|\bFunctionRpc\b|site-packages[\\/]|^--- End of /;

/** The lines of a stack, in its own order; what is no frame is nobody's and not foreign. */
export function stackLines(stack: string): StackLine[] {
  return stack
    .replace(/\s+$/, '')
    .split('\n')
    .map((text) => ({ text, isForeign: foreign.test(text) && (frame.test(text) || text.startsWith('---')) }));
}
