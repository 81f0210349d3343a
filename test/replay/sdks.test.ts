/** Replays with the older packages, with hooks around invocations, as an ES module and in TypeScript. */
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReplayFrame } from '../../src/core/ports/replay-worker';
import type { NodeReplayWorker } from '../../src/workers/node/node-replay-worker';
import { projectRoot } from '../support/durascope-program';
import type { AppOptions } from '../workers/worker-fixture';
import { locals, look, ReplayFixture, v4Files } from './replay-fixture';

const body = `function* (context) {
  const words = [];
  const text = yield context.df.callActivity('hello', 'Oslo'); // hello
  words.push(text);
  context.df.setCustomStatus({ words });
  const pair = yield context.df.Task.all([context.df.callActivity('hello', 'A'), context.df.callActivity('hello', 'B')]); // pair
  words.push(...pair);
  const answer = yield context.df.waitForExternalEvent('go'); // wait
  words.push(answer);
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60000)); // timer
  return words;
}`;
const folders = {
  'package.json': '{}',
  'host.json': '{"version":"2.0"}',
  'main/function.json': JSON.stringify({ bindings: [{ name: 'context', type: 'orchestrationTrigger', direction: 'in' }] }),
  'main/index.js': `module.exports = require('durable-functions').orchestrator(${body});`,
  'hello/function.json': JSON.stringify({ bindings: [{ name: 'name', type: 'activityTrigger', direction: 'in' }] }),
  'hello/index.js': 'module.exports = async (context) => `Hello ${context.bindings.name}`;',
};
const v4 = `df.app.orchestration('main', ${body});\ndf.app.activity('hello', { handler: (name) => 'Hello ' + name });`;
const hooks = `const { app } = require('@azure/functions');
app.hook.preInvocation(() => undefined);
${v4}`;
const esm = `import * as df from 'durable-functions';\n${v4}`;

const apps: Record<string, AppOptions & { files: Record<string, string>; file: string }> = {
  'durable-functions 3.x': { files: v4Files(v4), file: 'index.js' },
  'durable-functions 3.x with hooks around invocations': { files: v4Files(hooks), file: 'index.js' },
  'durable-functions 3.x in an ES module': {
    files: { 'package.json': JSON.stringify({ main: 'index.mjs' }), 'host.json': '{"version":"2.0"}', 'index.mjs': esm },
    file: 'index.mjs',
  },
  'durable-functions 2.x': { files: folders, durableFunctions: 'durable-functions-v2', file: 'main/index.js' },
  'durable-functions 1.x': { files: folders, durableFunctions: 'durable-functions-v1', file: 'main/index.js' },
};

/** Where an orchestrator waits first. */
async function firstFrame(worker: NodeReplayWorker, functionName: string): Promise<ReplayFrame | undefined> {
  const base = { EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z' };
  const OrchestrationInstance = { InstanceId: 'i', ExecutionId: 'e' };
  const replay = await worker.open({
    instanceId: 'i',
    executionId: 'e',
    functionName,
    history: [
      { ...base, EventType: 'OrchestratorStarted' },
      { ...base, EventType: 'ExecutionStarted', Name: functionName, Version: '', Input: null, OrchestrationInstance },
    ],
  });
  return replay.run.moments[0]?.frames[0];
}

describe('replay, whatever the package', () => {
  const fixture = new ReplayFixture();
  afterEach(() => fixture.cleanUp());

  for (const [title, { file, ...options }] of Object.entries(apps)) {
    it(`shows lines, variables and work, forwards and backwards (${title})`, async () => {
      const live = await fixture.live(null, options);
      const run = await live.run('main', null, async (id) => {
        await live.raise(id, 'go', 'now');
        await live.advance(id, 61_000);
      });
      assert.equal(run.row.runtimeStatus, 'Completed');
      const timeline = await fixture.open(live.dir, run);
      assert.equal(timeline.divergence, null);
      const lines = (options.files[file] ?? '').split('\n');
      const comments = timeline.steps.map(({ frames }) => {
        const place = frames[0]?.place;
        return place == null ? null : (lines[place.line - 1]?.split('// ')[1] ?? null);
      });
      assert.deepEqual(comments, ['hello', 'pair', 'wait', 'timer', null]);
      assert.ok(
        timeline.steps.every(({ frames: [frame] }) => frame === undefined || frame.place?.file === path.join(live.dir, file)),
      );
      assert.deepEqual(
        timeline.steps.map(({ decisions }) => decisions.map((decision) => ('name' in decision ? decision.name : decision.type))),
        [['hello'], ['hello', 'hello'], [], ['CreateTimer'], []],
      );
      assert.deepEqual((await locals(timeline, 2))['words'], "Array(3) ['Hello Oslo', 'Hello A', 'Hello B']");
      assert.deepEqual((await locals(timeline, 1))['words'], "Array(1) ['Hello Oslo']");
      assert.equal(timeline.steps.at(-1)?.output, run.row.output);
      assert.equal(timeline.steps.at(-1)?.customStatus, run.row.customStatus);
      assert.equal((await timeline.evaluate(3, 0, 'words.length')).value, '4');
      const forwards: unknown[] = [];
      for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
      const backwards: unknown[] = [];
      for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
      assert.deepEqual(backwards.toReversed(), forwards);
    });
  }

  for (const minify of [false, true]) {
    it(`shows every moment of an app that esbuild has put into one file${minify ? ', minified' : ''}`, async () => {
      const { outputFiles } = await build({
        stdin: { contents: `import * as df from 'durable-functions';\n${v4}`, resolveDir: projectRoot },
        bundle: true,
        minify,
        platform: 'node',
        external: ['@azure/functions-core'],
        write: false,
        logLevel: 'silent',
      });
      const live = await fixture.live(null, { files: { ...v4Files(''), 'index.js': outputFiles[0]?.text ?? '' } });
      const run = await live.run('main', null, async (id) => {
        await live.raise(id, 'go', 'now');
        await live.advance(id, 61_000);
      });
      const timeline = await fixture.open(live.dir, run);
      assert.deepEqual([timeline.divergence, timeline.notes], [null, []]);
      assert.deepEqual(
        timeline.steps.map(({ decisions }) => decisions.map((decision) => ('name' in decision ? decision.name : decision.type))),
        [['hello'], ['hello', 'hello'], [], ['CreateTimer'], []],
      );
      assert.ok(
        timeline.steps.slice(0, -1).every(({ frames: [frame] }) => frame?.place?.file === path.join(live.dir, 'index.js')),
      );
      if (!minify) assert.deepEqual((await locals(timeline, 2))['words'], "Array(3) ['Hello Oslo', 'Hello A', 'Hello B']");
      assert.equal(timeline.steps.at(-1)?.output, run.row.output);
    });
  }

  // esbuild names sources by their paths, webpack by URLs from the folder in which it ran.
  for (const [bundler, named] of Object.entries({
    esbuild: (source: string) => source,
    webpack: (source: string) => (source === 'src/main.js' ? 'webpack://app/./src/main.js?1a2b' : source),
  })) {
    it(`leads back to the sources of what ${bundler} has put into one file together with the packages`, async () => {
      const source = `import * as df from 'durable-functions';\n${v4}`;
      const dir = await fixture.apps.copy(null, { files: { ...v4Files(''), 'src/main.js': source } });
      const file = path.join(dir, 'src', 'main.js');
      const outfile = path.join(dir, 'index.js');
      const { outputFiles } = await build({
        entryPoints: [file],
        bundle: true,
        minify: true,
        sourcemap: 'linked',
        platform: 'node',
        external: ['@azure/functions-core'],
        outfile,
        write: false,
        logLevel: 'silent',
      });
      for (const { path: built, text } of outputFiles) {
        if (!built.endsWith('.map')) {
          await writeFile(built, text);
          continue;
        }
        const map = JSON.parse(text) as { sources: string[] };
        await writeFile(built, JSON.stringify({ ...map, sources: map.sources.map(named) }));
      }
      const worker = await fixture.replayWorker(dir);
      const places = (await worker.functions()).map((one) => [one.name, one.file, one.line]);
      assert.deepEqual(places.toSorted(), [
        ['hello', file, source.split('\n').length],
        ['main', file, 2],
      ]);
      const frame = await firstFrame(worker, 'main');
      assert.deepEqual([frame?.place?.file, frame?.place?.line, frame?.note], [file, 4, null]);
    });
  }

  it('says what to do where webpack has put code into texts, which have no file', async () => {
    const evaluated = `eval(${JSON.stringify(`${v4}\n//# sourceURL=webpack://app/./src/main.js?`)});`;
    const files = { ...v4Files(''), 'index.js': `const df = require('durable-functions');\n${evaluated}\n` };
    const frame = await firstFrame(await fixture.replayWorker(await fixture.apps.copy(null, { files })), 'main');
    assert.equal(frame?.place, null);
    assert.match(frame.note ?? '', /webpack:.*no file\. Build it with devtool "source-map"/);
  });

  it('leads back to TypeScript by source maps', async () => {
    const appDir = path.join(projectRoot, 'examples', 'hello-cities-ts');
    const worker = await fixture.replayWorker(appDir);
    const functions = await worker.functions();
    assert.ok(functions.some(({ name, type }) => name === 'HelloCities' && type === 'orchestrator'));
    const frame = await firstFrame(worker, 'HelloCities');
    assert.equal(frame?.place?.file, path.join(appDir, 'src', 'functions', 'hello-cities.ts'));
    assert.ok(frame.place.line > 1);
  });
});
