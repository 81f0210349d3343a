import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';

export type Conforms = (title: string, options: TestHubOptions | Script, body: (hub: TestHub) => Promise<void>) => void;

/** A row of the specification's section 8 as a test: `title` begins with the row's id. */
export const conforms: Conforms = (title, options, body) => {
  it(title, async () => {
    const hub = await TestHub.open(typeof options === 'function' ? { scripts: { main: options } } : options);
    try {
      await body(hub);
    } finally {
      await hub.dispose();
    }
  });
};

/** One orchestrator `main`, and activities `a`, `b` and `c` that end when the test says so. */
export function withActivities(main: Script, more: Partial<TestHubOptions> = {}): TestHubOptions {
  return {
    ...more,
    scripts: { main, ...more.scripts },
    activities: { a: 'manual', b: 'manual', c: 'manual', ...more.activities },
  };
}
