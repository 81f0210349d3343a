/** How Node.js is started for an app. */

/** A larger young generation costs memory and, by measurement (docs/load.md), saves nothing. */
export const emulatorNodeArguments: readonly string[] = ['--max-semi-space-size=4'];

/** `inspectPort` as in `AppLaunchOptions`. */
export function nodeArguments(execArgv: readonly string[], childScript: string, inspectPort?: number | true): string[] {
  const inspect =
    inspectPort === undefined ? '--inspect-port=127.0.0.1:0' : `--inspect=127.0.0.1:${inspectPort === true ? 0 : inspectPort}`;
  return [...execArgv, inspect, childScript];
}
