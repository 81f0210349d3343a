/** Which functions of an app call which, as its code says it. */

/**
 * `call`: an activity; `child`: a sub-orchestration; `entity`: an operation whose result is waited for; `signal`: one that is not; `start`: a
 * client starts an orchestration; `awaits`, `raises`: an event by name.
 */
export type FunctionCallKind = 'call' | 'child' | 'entity' | 'signal' | 'start' | 'awaits' | 'raises';

export interface CodePlace {
  /** Absolute path. */
  file: string;
  line1: number;
  column1: number;
}

export interface FunctionCall {
  kind: FunctionCallKind;
  /** Of the function or the event; null: it is computed. */
  name: string | null;
  place: CodePlace;
}

export interface CallingFunction {
  /** `client`: whatever a trigger of another kind starts. */
  kind: 'orchestrator' | 'activity' | 'entity' | 'client';
  name: string;
  place: CodePlace;
  calls: readonly FunctionCall[];
}
