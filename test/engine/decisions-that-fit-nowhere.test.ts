import assert from 'node:assert/strict';
import type { EpisodeOutcome } from '../../src/core/ports/function-worker';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const main: Script = function* (context) {
  return yield context.activity('a');
};

describe('what a worker decided and cannot be worked into the history', () => {
  for (const profile of ['A', 'G'] as const) {
    it(`fails that instance by name, and the others run (profile ${profile})`, async () => {
      const hub = await TestHub.open({ scripts: { main }, activities: { a: 'manual' }, profile });
      try {
        const runEpisode = hub.worker.runEpisode.bind(hub.worker);
        hub.worker.runEpisode = (request) =>
          request.instanceId === 'odd'
            ? Promise.resolve({ decisions: [null], customStatus: null, awaitedEvents: [] } as unknown as EpisodeOutcome)
            : runEpisode(request);
        await hub.start('main', { instanceId: 'odd' });
        await hub.start('main', { instanceId: 'even' });
        assert.equal(hub.store.instance('odd')?.runtimeStatus, 'Failed');
        assert.match(hub.store.instance('odd')?.output ?? '', /What its code decided cannot be worked into the history: /);
        await hub.complete('a', 1);
        assert.equal(hub.store.instance('even')?.runtimeStatus, 'Completed');
      } finally {
        await hub.dispose();
      }
    });
  }
});
