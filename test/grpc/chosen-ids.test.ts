/** Ids that clients of the protocol choose: the same rules as over HTTP, and nothing in between reads them otherwise. */
import assert from 'node:assert/strict';
import { status, type ServiceError } from '@grpc/grpc-js';
import { idsOfClients, idsRefused } from '../support/chosen-ids';
import { GrpcFixture } from './grpc-fixture';
import { completion, StubClient, StubWorker } from './stub-worker';

describe('ids that clients choose over gRPC', () => {
  let fixture: GrpcFixture;
  let worker: StubWorker;

  before(async () => {
    fixture = await GrpcFixture.start();
    worker = new StubWorker(new StubClient(fixture.address));
  });
  after(async () => {
    worker.cancel();
    worker.client.close();
    await fixture.stop();
  });

  for (const instanceId of idsOfClients) {
    it(`are kept through start, work, event, state, history, terminate and purge: ${JSON.stringify(instanceId.slice(0, 30))}`, async () => {
      const { client } = worker;
      assert.equal(await client.start('o', { instanceId }), instanceId);
      const first = await worker.orchestrator();
      assert.equal(first.instanceId, instanceId);
      await worker.answer(first, []);
      await client.call('raiseEvent', { instanceId, name: instanceId, input: '1' });
      const second = await worker.orchestrator();
      assert.equal(second.instanceId, instanceId);
      assert.ok(
        second.newEvents.some(({ eventType }) => eventType?.$case === 'eventRaised' && eventType.value.name === instanceId),
      );
      await worker.answer(second, [completion(1)]);
      const { orchestrationState } = await client.call('getInstance', { instanceId, getInputsAndOutputs: true });
      assert.equal(orchestrationState?.instanceId, instanceId);
      assert.equal((await fixture.emulator.hub.get(instanceId))?.runtimeStatus, 'Completed');
      const { deletedInstanceCount } = await client.call('purgeInstances', {
        request: { $case: 'instanceId', value: instanceId },
        recursive: false,
        isOrchestration: true,
      } as never);
      assert.equal(deletedInstanceCount, 1);
      assert.equal((await client.call('getInstance', { instanceId, getInputsAndOutputs: false })).exists, false);
    });
  }

  for (const instanceId of idsRefused) {
    it(`are refused by name where the rules say so: ${JSON.stringify(instanceId.slice(0, 30))}`, async () => {
      await assert.rejects(worker.client.start('o', { instanceId }), (error: ServiceError) => {
        assert.equal(error.code, status.INVALID_ARGUMENT, error.message);
        assert.match(error.details, /instance id/i);
        return true;
      });
    });
  }

  it('half a character never arrives: it is a whole one on the wire', async () => {
    const instanceId = await worker.client.start('o', { instanceId: 'a\ud800' });
    assert.equal(instanceId, 'a\ufffd');
    await worker.answer(await worker.orchestrator(), [completion(1)]);
  });
});
