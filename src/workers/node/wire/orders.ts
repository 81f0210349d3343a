/** What a process is told that was started before it was known what it shall run: one JSON text, and the end of the pipe. */
export interface Orders {
  cwd: string;
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
}

/** Set in the environment of a process that waits. */
export const waitingVariable = 'DURASCOPE_WORKER_WAITS';
/** The pipe's number in that process. */
export const ordersFd = 3;
