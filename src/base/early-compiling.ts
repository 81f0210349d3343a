/**
 * Lets V8 optimise code after fewer runs than it waits for of itself. For a short while in which code runs that is known to be needed much
 * more often soon: what is optimised then is not optimised while somebody waits.
 */
import { setFlagsFromString } from 'node:v8';

/** A flag of V8, what it is of itself, and what it is meanwhile. */
type Threshold = readonly [flag: string, usual: number, early: number];

const stable: Threshold = ['minimum-invocations-after-ic-update', 500, 40];
const counted: readonly Threshold[] = [['invocation-count-for-turbofan', 3_000, 150], stable];

/** By version of V8: those of Node.js 20, 22 and 24. */
export const thresholds: Readonly<Record<string, readonly Threshold[]>> = {
  '11.3': [['interrupt-budget', 67_584, 3_000], stable],
  '12.4': counted,
  '13.6': counted,
};

/** Until what it returns is called. Of a V8 that is not known here nothing is asked, nor of an Electron, which has others to serve. */
export function compileEarly(
  versions: Readonly<Partial<Record<string, string>>> = process.versions,
  setFlag: (flag: string) => void = setFlagsFromString,
): () => void {
  const known = versions['electron'] === undefined ? /^\d+\.\d+/.exec(versions['v8'] ?? '')?.[0] : undefined;
  const flags = thresholds[known ?? ''] ?? [];
  for (const [flag, , early] of flags) setFlag(`--${flag}=${early}`);
  return () => {
    for (const [flag, usual] of flags) setFlag(`--${flag}=${usual}`);
  };
}
