/**
 * Every conformance scenario that a JavaScript app can show: its history, made by the engine in the conformance test itself, is replayed by the
 * same script on the real package.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { openReplay } from '../../src/replay/open-replay';
import type { NodeReplayWorker } from '../../src/workers/node/node-replay-worker';
import type * as Collected from './conformance-cases';
import { look, ReplayFixture } from './replay-fixture';

const folder = path.join(__dirname, '..', 'conformance');
/** Code that changes on purpose, other workers, processes that are killed: there is no replay to be had. */
const leftOut = /^(determinism|worker-replayed|crash|coverage|http-calls)\b/;

describe('replays of the conformance scenarios', () => {
  const fixture = new ReplayFixture();
  let worker: NodeReplayWorker;
  let collected: typeof Collected;
  before(async () => {
    const dir = await fixture.apps.copy(null, {
      files: {
        'package.json': JSON.stringify({ main: 'index.js' }),
        'host.json': '{"version":"2.0"}',
        // The scenarios bring the engine along, which is not used here.
        'node_modules/sql.js/index.js': 'module.exports = {};',
        'index.js': `const df = require('durable-functions');
const { cases, runOnSdk } = require('./cases.js');
cases.forEach(({ options }, index) => {
  for (const [name, script] of Object.entries(options.scripts)) {
    df.app.orchestration('c' + index + '_' + name, (context) => runOnSdk(script, context, df));
  }
});`,
      },
    });
    const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && !leftOut.test(file));
    const { outputFiles } = await build({
      stdin: {
        contents: [
          ...files.map((file) => `import './${file.replace(/\.ts$/, '')}';`),
          `export * from '../replay/conformance-cases';`,
        ].join('\n'),
        resolveDir: folder,
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      external: ['sql.js', 'durable-functions'],
      banner: {
        js: 'const describe = (_, body) => body(), it = () => {}, before = it, after = it, beforeEach = it, afterEach = it;',
      },
      plugins: [
        {
          name: 'collect',
          setup: (plugins) =>
            plugins.onResolve({ filter: /^\.\/conforms$/ }, () => ({ path: path.join(__dirname, 'conformance-cases.ts') })),
        },
      ],
    });
    await writeFile(path.join(dir, 'cases.js'), outputFiles[0]?.contents ?? '');
    // Once more for this process, where the store finds what it needs.
    const here = await fixture.apps.copy(null, { files: { 'cases.js': outputFiles[0]?.text ?? '' } });
    await symlink(path.join(__dirname, '../../node_modules/sql.js'), path.join(here, 'node_modules', 'sql.js'), 'junction');
    collected = createRequire(path.join(here, 'cases.js'))('./cases.js') as typeof Collected;
    worker = await fixture.replayWorker(dir);
  });
  after(() => fixture.cleanUp());

  it('go the way of their histories, the same in both directions', async () => {
    const { cases, TestHub, notInJavaScript } = collected;
    const replayed: string[] = [];
    const skipped: string[] = [];
    const diverged: string[] = [];
    for (const [index, { title, options, body }] of cases.entries()) {
      // Another kind of worker; hubs that are killed; calls that nobody waits for, which the package never makes.
      if (options.profile === 'G' || options.store === 'folder' || /^(B13|T6):/.test(title)) continue;
      const hub = await TestHub.open(options);
      const runs: { functionName: string; instanceId: string }[] = [];
      try {
        await body(hub);
        const { instances } = await hub.engine.query({ pageSize: 50 });
        for (const row of instances) {
          if (Object.hasOwn(options.scripts, row.name)) runs.push({ functionName: row.name, instanceId: row.instanceId });
        }
        for (const { functionName, instanceId } of runs) {
          const row = hub.row(instanceId);
          const history = hub.history(instanceId);
          if (!history.some((event) => event.EventType === 'ExecutionStarted')) continue;
          const timeline = await openReplay(
            { instanceId, executionId: row.executionId, functionName: `c${index}_${functionName}`, history },
            worker,
          );
          const last = timeline.steps.at(-1);
          assert.ok(last);
          const failure = `${last.failure?.ErrorMessage ?? ''}${timeline.divergence?.message ?? ''}`;
          if (failure.includes(notInJavaScript)) {
            skipped.push(title);
            continue;
          }
          const what = `${title}: ${functionName}`;
          if (timeline.divergence !== null) {
            diverged.push(`${what}: ${timeline.divergence.message}`);
            continue;
          }
          assert.equal(last.rows.to, history.length, what);
          if (row.runtimeStatus === 'Completed') assert.equal(last.kind, 'completed', what);
          if (row.runtimeStatus === 'Failed') assert.equal(last.kind, 'failed', what);
          if (row.runtimeStatus === 'Terminated') assert.ok(['terminated', 'completed'].includes(last.kind), what);
          if (row.runtimeStatus === 'Running' && last.kind === 'waiting') {
            const events = last.pending.filter(({ kind }) => kind === 'event').map(({ name }) => name);
            assert.deepEqual(events, row.awaitedEvents, what);
          }
          const forwards: unknown[] = [];
          for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
          const backwards: unknown[] = [];
          for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
          assert.deepEqual(backwards.toReversed(), forwards, what);
          await timeline.dispose();
          replayed.push(title);
        }
      } finally {
        await hub.dispose();
      }
    }
    console.log(`      ${new Set(replayed).size} scenarios replayed, ${new Set(skipped).size} are none for a JavaScript app`);
    assert.deepEqual(diverged, []);
    assert.ok(new Set(replayed).size > 50);
  });
});
