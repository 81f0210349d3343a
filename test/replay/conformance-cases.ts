/** Stands in for ./conforms when the conformance tests are bundled: keeps what would be run. */
import type { Script } from '../support/script-types';
import type { TestHub, TestHubOptions } from '../support/test-hub';

export { withActivities } from '../conformance/conforms';
export { runOnSdk, notInJavaScript } from './script-on-sdk';
export { TestHub } from '../support/test-hub';

export interface ConformanceCase {
  title: string;
  options: TestHubOptions;
  body: (hub: TestHub) => Promise<void>;
}

export const cases: ConformanceCase[] = [];

export function conforms(title: string, options: TestHubOptions | Script, body: ConformanceCase['body']): void {
  cases.push({ title, options: typeof options === 'function' ? { scripts: { main: options } } : options, body });
}
