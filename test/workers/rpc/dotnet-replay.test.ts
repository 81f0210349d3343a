/** Step through Replay for C#: what the app says at every moment of a history, and nothing of it is done again. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { createReplays } from '../../../src/emulator/replays/replays';
import { replayRequestOf } from '../../../src/emulator/replays/replay-request';
import { ConnectedReplayWorker } from '../../../src/replay/connected-replay-worker';
import { openReplay } from '../../../src/replay/open-replay';
import { findOrchestrator } from '../../../src/replay/orchestrator-source';
import type { ReplayTimeline } from '../../../src/replay/replay-timeline';
import { csharpWaits } from '../../../src/analysis/waits/csharp-waits';
import { waitPlaces } from '../../../src/analysis/waits/wait-places';
import { treesOf } from '../../analysis/grammars/load-trees';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

describe('replays of a C# function app', () => {
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
    const trees = await treesOf('csharp');
    const worker = new ConnectedReplayWorker({
      replays: app.emulator.replays,
      functionNames: () => null,
      findSource: (name) => Promise.resolve(findOrchestrator(name, file, text)),
      findPlaces: (_source, { functionName, history }, { moments }) => {
        const graph = csharpWaits(trees, new Map([[file, text]]), functionName);
        return Promise.resolve(graph === null ? moments.map(() => null) : waitPlaces(graph, history, moments));
      },
    });
    return openReplay(await replayRequestOf(app.emulator.hub, instanceId), worker);
  }

  it('tell what was pending and the custom status at every moment, back and forth', async () => {
    const id = await app.start('HelloCities');
    await app.ended(id);
    const before = await app.emulator.hub.history(id);
    const failing = await app.start('Failing');
    await app.ended(failing);
    const ofFailing = (): number => app.logs.filter((each) => each.instanceId === failing).length;
    await app.eventually(() =>
      app.logs.find(({ instanceId, message }) => instanceId === failing && /orchestrator function/.test(message)),
    );
    const logged = ofFailing();
    const failed = await replayOf(failing);
    for (const index of failed.steps.keys()) await failed.complete?.(index);
    await failed.dispose();
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
    assert.equal(ofFailing(), logged, 'a replay is in no log of an instance');
    assert.equal(path.basename(file ?? ''), 'Orchestrators.cs');
    await timeline.dispose();
  });

  /** What stands at each moment in the line that is shown. */
  async function linesOf(instanceId: string): Promise<string[]> {
    const timeline = await replayOf(instanceId);
    const lines = (await readFile(path.join(dir, 'Orchestrators.cs'), 'utf8')).split('\n');
    const shown: string[] = [];
    for (const { index } of timeline.steps) {
      await timeline.complete?.(index);
      const [frame] = timeline.steps[index]?.frames ?? [];
      if (frame !== undefined) shown.push(frame.note ?? lines[(frame.place?.line ?? 0) - 1]?.trim() ?? '');
    }
    assert.equal(timeline.divergence, null);
    await timeline.dispose();
    return shown;
  }

  const loops = /^output\.Add\(await/;
  const inputs: Record<string, unknown> = { FanOut: 4 };
  const expected: Record<string, readonly RegExp[]> = {
    HelloCities: [loops, loops, loops],
    FanOut: [/WhenAll/, /WhenAll/, /WhenAll/, /WhenAll/],
    Kinds: ['order', 'text', 'list', 'nothing', 'flag', 'bytes', 'greeting', 'id'].map(
      (name) => new RegExp(`^var ${name} = await`),
    ),
    Catching: [/^await .*Throw/],
    Retrying: [/^return await/, /^return await/, /^return await/, /^return await/, /^return await/],
    Parent: [/"one"/, /"two"/, /Failing/],
    Sleeping: [/CreateTimer/],
    Banking: [/LockEntities/, /"Get"/, /from, "Deposit", -/, /to, "Deposit"/, /Overdraw/, /int>\(to, "Get"/],
    CallsClasses: [/ClassyOrchestrator/],
  };
  for (const [name, patterns] of Object.entries(expected)) {
    it(`tell the line at which ${name} waits`, async () => {
      const id = await app.start(name, inputs[name]);
      await app.ended(id);
      const shown = await linesOf(id);
      assert.equal(shown.length, patterns.length, shown.join('\n'));
      for (const [index, pattern] of patterns.entries()) assert.match(shown[index] ?? '', pattern);
    });
  }

  it('tell the line of a race that is still on, and after it', async () => {
    const id = await app.start('Approval');
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    await app.eventually(async () => ((await app.rows(id)).includes('TimerCreated') ? true : undefined));
    const [only, ...more] = await linesOf(id);
    assert.match(only ?? '', /WhenAny/);
    assert.deepEqual(more, []);
    await app.emulator.hub.raiseEvent(id, 'Approval', 'true');
    await app.ended(id);
    assert.deepEqual(await linesOf(id), [only]);
  });

  it('run without an emulator, in a process of their own', async () => {
    const id = await app.start('HelloCities');
    await app.ended(id);
    const request = await replayRequestOf(app.emulator.hub, id);
    const replays = createReplays({ appDir: dir, log: () => undefined });
    try {
      const timeline = await replays.open(request);
      assert.equal(timeline.divergence, null);
      assert.deepEqual(
        timeline.steps.map(({ customStatus }) => customStatus),
        [null, '"Tokyo"', '"Seattle"', '"London"'],
      );
      assert.ok((await replays.functions()).some(({ name }) => name === 'HelloCities'));
      await assert.rejects(
        replays.open({ ...request, functionName: 'Gone' }),
        /UnknownFunction|no orchestrator 'Gone'\. It has .*HelloCities/,
      );
    } finally {
      await replays.dispose();
    }
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
