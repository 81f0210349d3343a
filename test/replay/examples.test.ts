/** Every orchestrator of every example, run live and replayed: both directions visit the same moments, and the end is the live one's. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openReplay } from '../../src/replay/open-replay';
import { projectRoot } from '../support/durascope-program';
import { look, ReplayFixture } from './replay-fixture';

const examples = path.join(projectRoot, 'examples');
/** Where null is no input to run with. */
const inputs: Readonly<Record<string, unknown>> = {
  CityRecommender: 2,
  ReserveTicket: 'vip-7',
  ReserveTicketWithTimeout: { userId: 'user-1', discountTimeout: 0.05 },
  ProvisionDevices: ['a', 'b'],
  GetCourseRecommendations: 2,
  SendReminders: { times: 2, milliseconds: 20 },
  MonitorJob: { doneAfter: 3, milliseconds: 10 },
  CountUp: { key: 'a', amount: 5 },
  Transfer: { from: 'x', to: 'y', amount: 3 },
  Audit: ['p', 'q'],
};
/** They make requests of their own, or last as long as somebody wants. */
const left = new Set(['CheckSite', 'RunRemoteJob', 'MonitorWeather']);

function filesOf(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => !/node_modules|\.durascope/.test(name));
  const files = names.filter((name) => /\.(js|json)$/.test(name));
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(dir, name), 'utf8')]));
}

describe('replays of the examples', () => {
  const fixture = new ReplayFixture();
  after(() => fixture.cleanUp());

  const apps = readdirSync(examples).filter((name) =>
    ['host.json', 'package.json'].every((file) => existsSync(path.join(examples, name, file))),
  );
  for (const app of apps.sort()) {
    it(`visit the same moments in both directions and end as the live runs did (${app})`, async () => {
      const dir = path.join(examples, app);
      // Beside the others it may not have the older package that it needs.
      const live = app.endsWith('-v3')
        ? await fixture.live(null, { files: filesOf(dir), durableFunctions: 'durable-functions-v2' })
        : await fixture.liveAt(dir);
      const worker = await fixture.replayWorker(live.dir);
      const names = live.app.worker
        .functions()
        .filter(({ type }) => type === 'orchestrator')
        .map(({ name }) => name);
      assert.ok(names.length > 0);
      for (const name of names) {
        if (left.has(name)) continue;
        const { instanceId } = await live.engine.start({ name, input: JSON.stringify(inputs[name] ?? null) });
        await live.drive(instanceId);
        const { row, history } = await live.now(instanceId);
        const timeline = await openReplay({ instanceId, executionId: row.executionId, functionName: name, history }, worker);
        assert.equal(timeline.divergence, null, `${name}: ${timeline.divergence?.message ?? ''}`);
        assert.deepEqual(timeline.notes, [], name);
        const forwards: unknown[] = [];
        for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
        const backwards: unknown[] = [];
        for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
        assert.deepEqual(backwards.toReversed(), forwards, name);
        const last = timeline.steps.at(-1);
        assert.equal(last?.customStatus, row.customStatus, name);
        if (row.runtimeStatus === 'Completed') assert.equal(last.output, row.output, name);
        else if (row.runtimeStatus === 'Failed') assert.equal(last.failure?.ErrorMessage, row.output, name);
        else assert.equal(row.runtimeStatus, 'Running', name);
        const extension = app.endsWith('-ts') ? '.ts' : '.js';
        for (const { frames } of timeline.steps)
          for (const { place } of frames) assert.equal(path.extname(place?.file ?? ''), extension);
        await timeline.dispose();
      }
    });
  }
});
