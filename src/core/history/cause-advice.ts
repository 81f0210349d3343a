/** What to do about a cause, in the words of the language that the code is written in. */
import { causeTexts, type DeterminismCause } from './divergence';

/** Causes that the sources of every language are searched for. */
export type SharedCause = Extract<
  DeterminismCause,
  'currentTime' | 'random' | 'uuid' | 'environment' | 'timer' | 'network' | 'fileSystem' | 'process' | 'globalState'
>;

/** `context` is the orchestrator's. */
export const csharpAdvice: Readonly<Record<SharedCause, string>> = {
  currentTime: 'Use context.CurrentUtcDateTime: it comes from the history and is the same in every replay.',
  random: 'Draw it in an activity and use the result, which the history keeps.',
  uuid: 'Use context.NewGuid(): it gives the same identifiers in every replay.',
  environment: 'Read it in the function that starts the orchestration and pass it as input, or read it in an activity.',
  timer: 'Wait with await context.CreateTimer(…).',
  network: 'Send it in an activity, or with await context.CallHttpAsync(…), so that the history keeps the answer.',
  fileSystem: 'Read and write files in an activity.',
  process: 'Start threads and processes, and ask about the machine, in an activity.',
  globalState: 'Keep state in variables of the orchestrator, in its input, or in an entity.',
};

export const powerShellAdvice: Readonly<Record<SharedCause, string>> = {
  currentTime: 'Use $Context.CurrentUtcDateTime: it comes from the history and is the same in every replay.',
  random: 'Draw it in an activity (Invoke-DurableActivity) and use the result, which the history keeps.',
  uuid: 'Make it in an activity (Invoke-DurableActivity) and use the result, which the history keeps.',
  environment: 'Read it in the function that starts the orchestration and pass it as input, or read it in an activity.',
  timer: 'Wait with Start-DurableTimer -Duration (New-TimeSpan …).',
  network: 'Send it in an activity (Invoke-DurableActivity), so that the history keeps the answer.',
  fileSystem: 'Read and write files in an activity.',
  process: 'Start jobs and processes, and ask about the machine, in an activity.',
  globalState: 'Keep state in variables of the orchestrator or in its input.',
};

/** `file`: where the code stands, null where that is not known; what is no language of those above is taken for JavaScript. */
export function adviceFor(cause: DeterminismCause, file: string | null): string {
  const advice: Readonly<Partial<Record<DeterminismCause, string>>> = /\.(cs|fs|vb)$/i.test(file ?? '')
    ? csharpAdvice
    : /\.psm?1$/i.test(file ?? '')
      ? powerShellAdvice
      : {};
  return advice[cause] ?? causeTexts[cause].explanation;
}
