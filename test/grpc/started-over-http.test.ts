import type { OrchestrationContext } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import path from 'node:path';
import { GrpcFixture } from './grpc-fixture';

/** What the management API and the editor's routes start, for programs that are connected. */
describe('orchestrations of connected programs, started over HTTP', () => {
  let fixture: GrpcFixture | undefined;

  afterEach(() => fixture?.stop());

  const post = async (target: string, body = ''): Promise<{ status: number; text: string }> => {
    const { managementUrl, key } = (fixture as GrpcFixture).emulator;
    const response = await fetch(`${managementUrl}${target}?code=${encodeURIComponent(key)}`, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  };
  const idOf = ({ text }: { text: string }): string => (JSON.parse(text) as { id: string }).id;
  const connect = (at: GrpcFixture) =>
    at.worker((worker) => {
      // eslint-disable-next-line @typescript-eslint/require-await -- what the SDK asks for
      worker.addNamedOrchestrator('Greeting', async function* (_: OrchestrationContext, name: string) {
        return `Hello ${name}!`;
      });
    });

  it('wait for their program where there is no function app', async () => {
    fixture = await GrpcFixture.start();
    const started = await post('/orchestrators/Greeting', '"Lima"');
    assert.equal(started.status, 202, started.text);
    await connect(fixture);
    const row = await fixture.emulator.hub.waitForCompletion(idOf(started), 10_000);
    assert.equal(row.output, '"Hello Lima!"');
  });

  it('run beside a function app once their program is connected, and can be restarted when it is away', async () => {
    const appDir = path.resolve('test', 'fixtures', 'apps', 'tour');
    fixture = await GrpcFixture.start({ app: true, appDir });
    const before = await post('/orchestrators/Greeting', '"Lima"');
    // Taken, as by the real service; that instance fails.
    assert.equal(before.status, 202);

    const program = await connect(fixture);
    const started = await post('/orchestrators/Greeting', '"Oslo"');
    assert.equal(started.status, 202, started.text);
    const row = await fixture.emulator.hub.waitForCompletion(idOf(started), 10_000);
    assert.equal(row.output, '"Hello Oslo!"');

    await fixture.stopWorker(program);
    const again = await post(`/instances/${row.instanceId}/restart`);
    assert.equal(again.status, 202, again.text);
    await connect(fixture);
    assert.equal((await fixture.emulator.hub.waitForCompletion(idOf(again), 10_000)).output, '"Hello Oslo!"');
  });
});
