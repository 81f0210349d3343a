/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
import type { ActivityContext, OrchestrationContext, TOrchestrator } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { GrpcFixture } from './grpc-fixture';

const sayHello = (_: ActivityContext, city: string): string => `Hello ${city}!`;

const helloCities: TOrchestrator = async function* helloCities(
  context: OrchestrationContext,
): AsyncGenerator<unknown, unknown, string> {
  const greetings: string[] = [];
  for (const city of ['Tokyo', 'Seattle', 'London']) {
    greetings.push(yield context.callActivity(sayHello, city));
    context.setCustomStatus(`${city} done`);
  }
  return greetings;
} as TOrchestrator;

const forEver: TOrchestrator = async function* forEver(context: OrchestrationContext, n: number): AsyncGenerator {
  yield* [];
  context.continueAsNew(n + 1, false);
} as TOrchestrator;

describe('the Durable Task SDK for JavaScript', () => {
  let fixture: GrpcFixture;
  beforeEach(async () => {
    fixture = await GrpcFixture.start();
  });
  afterEach(() => fixture.stop());

  it('runs the hello sequence against the emulator', async () => {
    await fixture.worker((worker) => {
      worker.addOrchestrator(helloCities);
      worker.addActivity(sayHello);
    });
    const client = fixture.client();
    const id = await client.scheduleNewOrchestration(helloCities);
    const state = await client.waitForOrchestrationCompletion(id, true, 10);
    assert.equal(state?.serializedOutput, '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    assert.equal(state.serializedCustomStatus, '"London done"');
    const types = (await fixture.emulator.hub.history(id)).map((event) => event.EventType);
    assert.equal(types.filter((type) => type === 'TaskCompleted').length, 3);
    const [worker] = fixture.emulator.connectedWorkers();
    assert.deepEqual(worker?.orchestrators, ['helloCities']);
    assert.equal(worker.language, 'JavaScript');
  });

  it('a loop of continue-as-new that never waits is seen at work, and ends when it is terminated', async () => {
    await fixture.worker((worker) => worker.addOrchestrator(forEver));
    const client = fixture.client();
    const { hub } = fixture.emulator;
    const id = await client.scheduleNewOrchestration(forEver, 0);
    await new Promise<void>((resolve) => {
      const subscription = hub.subscribe((changes) => {
        for (const change of changes) {
          if (change.type !== 'instance' || change.row.runtimeStatus !== 'Running' || Number(change.row.input) < 50) continue;
          subscription.dispose();
          resolve();
        }
      });
    });
    await client.terminateOrchestration(id, 'enough');
    const state = await client.waitForOrchestrationCompletion(id, true, 10);
    assert.equal(state?.serializedOutput, '"enough"');
    assert.equal((await hub.get(id))?.runtimeStatus, 'Terminated');
  });
});
