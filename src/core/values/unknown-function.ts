/** The extension's text for a function that the app does not have (spec/functions-worker.md 6). */
export function unknownFunctionMessage(
  name: string,
  type: 'activity' | 'orchestrator' | 'entity',
  known: readonly string[],
): string {
  const list = known.length === 0 ? '' : ` ${known.map((each) => `'${each}'`).join(', ')}`;
  const info =
    known.length === 0
      ? `No ${type} functions are currently registered!`
      : `The following are the known ${type} functions:${list}.`;
  return `The function '${name}' doesn't exist, is disabled, or is not an ${type} function. Additional info: ${info}`;
}

/** Whether a failure is for that reason. */
export function saysUnknownFunction(reason: string): boolean {
  return /^The function '.*' doesn't exist, is disabled, or is not an? \w+ function\./.test(reason);
}
