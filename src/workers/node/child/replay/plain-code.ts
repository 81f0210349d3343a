import { setFlagsFromString } from 'node:v8';

const unoptimised = ['--no-opt', '--no-maglev'];

/**
 * Optimised code keeps no variable that nobody reads any more: after a few dozen replays of one orchestrator they would show as undefined, in one
 * direction and not in the other. V8 is told here and not on the command line: a Node.js that does not know an option refuses to begin
 * with it, while a V8 that does not know a flag says so and goes on.
 */
export function keepVariables(flags: readonly string[] = unoptimised): void {
  for (const flag of flags) setFlagsFromString(flag);
}
