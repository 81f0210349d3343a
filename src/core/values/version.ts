/** Orchestration versions (spec/engine.md 2.10.14). */
export interface VersionPolicy {
  /** What the app's code says it is. */
  workerVersion: string;
  match: 'None' | 'Strict' | 'CurrentOrOlder';
  /** Reject: the instance waits for a worker that matches. Fail: it ends Failed with `VersionMismatch`. */
  failure: 'Reject' | 'Fail';
}

/** Negative, 0 or positive. Blank is lowest; numeric dotted versions compare by number, anything else as text, ignoring case. */
export function compareVersions(a: string, b: string): number {
  const left = a.trim();
  const right = b.trim();
  if (left === '' || right === '') return Number(left !== '') - Number(right !== '');
  const leftParts = numericParts(left);
  const rightParts = numericParts(right);
  if (leftParts !== null && rightParts !== null) {
    for (let i = 0; i < Math.max(leftParts.length, rightParts.length); i++) {
      // .NET's rule: a part that is not there is lower than 0.
      const difference = (leftParts[i] ?? -1) - (rightParts[i] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  const upperLeft = left.toUpperCase();
  const upperRight = right.toUpperCase();
  return upperLeft === upperRight ? 0 : upperLeft < upperRight ? -1 : 1;
}

/** Null when code of `policy.workerVersion` may run an orchestration of `version`; else the reason. */
export function versionMismatch(policy: VersionPolicy, version: string): string | null {
  switch (policy.match) {
    case 'None':
      return null;
    case 'Strict':
      return policy.workerVersion === version
        ? null
        : `The orchestration version '${version}' is not the worker version '${policy.workerVersion}'.`;
    case 'CurrentOrOlder':
      return compareVersions(version, policy.workerVersion) <= 0
        ? null
        : `The orchestration version '${version}' is newer than the worker version '${policy.workerVersion}'.`;
  }
}

function numericParts(text: string): number[] | null {
  return /^\d+(\.\d+){0,3}$/.test(text) ? text.split('.').map(Number) : null;
}
