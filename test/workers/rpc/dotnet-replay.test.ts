/** Step through Replay for C#: what the app says at every moment of a history, and nothing of it is done again. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { replayRequestOf } from '../../../src/emulator/replays';
import { ConnectedReplayWorker } from '../../../src/replay/connected-replay-worker';
import { openReplay } from '../../../src/replay/open-replay';
import { findOrchestrator } from '../../../src/replay/orchestrator-source';
import type { ReplayTimeline } from '../../../src/replay/replay-timeline';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

describe('replays of a C# function app', function () {
  this.timeout(60_000);
  let app: RunningEmulator;
  let dir: string;

  before(async function () {
    dir = await dotnetAppOrSkip(this);
    app = await RunningEmulator.start(dir);
  });
  after(async () => {
    // Absent where it was skipped.
    await (app as RunningEmulator | undefined)?.stop();
  });

  async function replayOf(instanceId: string): Promise<ReplayTimeline> {
    const file = path.join(dir, 'Orchestrators.cs');
    const text = await readFile(file, 'utf8');
    const worker = new ConnectedReplayWorker({
      replays: app.emulator.replays,
      functionNames: () => null,
      findSource: (name) => Promise.resolve(findOrchestrator(name, file, text)),
    });
    return openReplay(await replayRequestOf(app.emulator.hub, instanceId), worker);
  }

  it('tell what was pending and the custom status at every moment, back and forth', async () => {
    const id = await app.start('HelloCities');
    await app.ended(id);
    const before = await app.emulator.hub.history(id);
    const timeline = await replayOf(id);
    const shown: unknown[] = [];
    for (const index of timeline.steps.keys()) await timeline.complete?.(index);
    for (const { pending, customStatus } of timeline.steps) shown.push([pending.map(({ name }) => name), customStatus]);
    assert.deepEqual(shown.slice(0, 4), [
      [['SayHello'], null],
      [['SayHello'], '"Tokyo"'],
      [['SayHello'], '"Seattle"'],
      [[], '"London"'],
    ]);
    assert.equal(timeline.divergence, null);
    assert.deepEqual(await app.emulator.hub.history(id), before);
    const { greeted, file } = {
      greeted: app.logs.filter(({ message }) => message === 'greeting Tokyo').length,
      file: timeline.steps[0]?.frames[0]?.place?.file,
    };
    assert.equal(greeted, 1);
    assert.equal(path.basename(file ?? ''), 'Orchestrators.cs');
    await timeline.dispose();
  });

  it('name the row where code and history part', async () => {
    const id = await app.start('HelloCities');
    await app.ended(id);
    const request = await replayRequestOf(app.emulator.hub, id);
    const changed = request.history.map((row) =>
      row.EventType === 'TaskScheduled' && row.EventId === 1 ? { ...row, Name: 'SayGoodbye' } : row,
    );
    const worker = new ConnectedReplayWorker({
      replays: app.emulator.replays,
      functionNames: () => null,
      findSource: () => Promise.resolve(null),
    });
    const { divergence } = await openReplay({ ...request, history: changed }, worker);
    assert.ok(divergence !== null);
    assert.match(JSON.stringify(divergence), /SayGoodbye/);
  });
});
