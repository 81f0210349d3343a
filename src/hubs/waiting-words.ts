/** That a service asks to be asked later, for whoever waits. */
export interface Wait {
  /** Null: it did not say how long. */
  forMs: number | null;
}

export function waitingWords(label: string, { forMs }: Wait): string {
  const how = forMs === null ? 'it is asked again, later each time' : `it asks to wait ${Math.ceil(forMs / 1000)} s`;
  return `${label} is busy: ${how}.`;
}
