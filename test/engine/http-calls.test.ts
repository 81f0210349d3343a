import assert from 'node:assert/strict';
import type { DurableHttpCall, DurableHttpHost } from '../../src/core/ports/durable-http';
import { TestHub, type TestHubOptions } from '../support/test-hub';

const name = 'BuiltIn::HttpActivity';

function options(durableHttp: DurableHttpHost): TestHubOptions {
  return {
    store: 'folder',
    durableHttp,
    activities: { [name]: 'manual' },
    scripts: {
      *main(context) {
        return yield context.activity(name, { method: 'GET', uri: 'http://localhost/' });
      },
    },
  };
}

describe('durable HTTP calls in the engine', () => {
  it('never reach the app: the request is made beside it, with the instance that asks', async () => {
    const calls: DurableHttpCall[] = [];
    const hub = await TestHub.open(
      options((call) => {
        calls.push(call);
        return Promise.resolve({ ok: true, result: '{"statusCode":200}' });
      }),
    );
    try {
      const id = await hub.start('main', { instanceId: 'one' });
      assert.equal(hub.outcome(id), 'Completed {"statusCode":200}');
      assert.deepEqual(hub.worker.callCounts, {});
      assert.deepEqual(calls, [{ instanceId: 'one', taskId: 0, input: '[{"method":"GET","uri":"http://localhost/"}]' }]);
    } finally {
      await hub.dispose();
    }
  });

  it('are made again after a kill, and their result counts once', async () => {
    let asked = 0;
    let hub = await TestHub.open(
      options(() => {
        asked += 1;
        return new Promise(() => undefined);
      }),
    );
    try {
      const id = await hub.start('main');
      hub = await hub.kill({
        durableHttp: () => {
          asked += 1;
          return Promise.resolve({ ok: true, result: '{"statusCode":204}' });
        },
      });
      await hub.quiet();
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed {"statusCode":204}');
      assert.equal(asked, 2);
    } finally {
      await hub.dispose();
    }
  });

  it('fail by name where nobody makes requests', async () => {
    const { durableHttp, ...without } = options(() => Promise.reject(new Error('not asked')));
    assert.ok(durableHttp);
    const hub = await TestHub.open(without);
    try {
      assert.match(hub.outcome(await hub.start('main')), /^Failed .*Durable HTTP calls \(callHttp\) cannot be made here/);
    } finally {
      await hub.dispose();
    }
  });
});
