/** Orchestration versions as durable-functions 3.5 shows and sets them (spec/engine.md 2.10.14). */
import assert from 'node:assert/strict';
import { type Context, sdk3 } from './sdks';
import { withSdkHub } from './sdk-hub';

describe('orchestration versions with SDK 3.5.0', () => {
  const orchestrators = {
    *Parent({ df }: Context) {
      const given: unknown = yield df.callSubOrchestrator('Child', null, 'given', '1.5');
      const byDefault: unknown = yield df.callSubOrchestrator('Child', null, 'byDefault');
      return [df.version, given, byDefault];
    },
    *Child({ df }: Context) {
      return df.version;
    },
  };

  it("L14: code sees its instance's version; a child has the one it was called with, or the default", () =>
    withSdkHub(
      sdk3,
      orchestrators,
      {},
      async ({ engine, store }) => {
        await engine.start({ name: 'Parent', instanceId: 'one', version: '1.0' });
        await engine.start({ name: 'Parent', instanceId: 'two' });
        await engine.whenQuiet();
        assert.equal(store.instance('one')?.output, '["1.0","1.5","2.0"]');
        assert.equal(store.instance('given')?.version, '1.5');
        const created = store
          .history('one')
          .flatMap((event) => (event.EventType === 'SubOrchestrationInstanceCreated' ? [event.Version] : []));
        assert.deepEqual(created, ['1.5', '2.0']);
      },
      { engine: { defaultVersion: '2.0' } },
    ));

  it('L12, L15: a version that the app does not run fails with VersionMismatch, and tags are inherited', () =>
    withSdkHub(
      sdk3,
      orchestrators,
      {},
      async ({ engine, store }) => {
        await engine.start({ name: 'Parent', instanceId: 'new', version: '3.0' });
        await engine.start({ name: 'Parent', instanceId: 'old', version: '1.0', tags: { team: 'a' } });
        await engine.whenQuiet();
        assert.equal(store.instance('new')?.failureDetails?.ErrorType, 'VersionMismatch');
        assert.equal(store.instance('old')?.runtimeStatus, 'Completed');
        assert.deepEqual(store.instance('given')?.tags, { team: 'a' });
      },
      { engine: { defaultVersion: '2.0', versions: { workerVersion: '2.0', match: 'CurrentOrOlder', failure: 'Fail' } } },
    ));
});
