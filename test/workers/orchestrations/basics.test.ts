import assert from 'node:assert/strict';
import { scenario } from './scenario';

describe('orchestrations: basics (spec/engine.md 8.1)', () => {
  scenario({
    title: 'B1: returns at once',
    code: () =>
      function* () {
        return 'done';
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Completed] OC',
    output: 'done',
  });

  scenario({
    title: 'B2: three activities in sequence',
    code: () =>
      function* ({ df }) {
        const output: unknown[] = [];
        for (const city of ['Tokyo', 'Seattle', 'London']) output.push(yield df.callActivity('SayHello', city));
        return output;
      },
    script: async (host) => {
      await host.start();
      for (const id of [0, 1, 2]) await host.episode(host.completed(id, `Hello ${id}`));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC',
    output: ['Hello 0', 'Hello 1', 'Hello 2'],
    check: (host) =>
      assert.deepEqual(host.sent, [
        { id: 0, input: '["Tokyo"]' },
        { id: 1, input: '["Seattle"]' },
        { id: 2, input: '["London"]' },
      ]),
  });
});
