import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Disposable } from '../../src/core/ports/clock';
import { watchApp } from '../../src/workers/node/app/app-watcher';
import { linkedPackages } from '../../src/workers/node/app/linked-packages';
import { WorkerFixture } from './worker-fixture';

const debounceMs = 20;

describe('the watch of an app', () => {
  let root = '';
  let app = '';
  let changes = 0;
  let heard = (): void => undefined;
  let watcher: Disposable | undefined;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'durascope-watch-')));
    app = path.join(root, 'apps', 'app');
    changes = 0;
    await write('apps/app/package.json', '{"dependencies": {"@mine/shared": "*", "theirs": "1"}}');
    await write('apps/app/src/a.js');
  });
  afterEach(async () => {
    watcher?.dispose();
    await rm(root, { recursive: true, force: true });
  });

  async function write(file: string, text = 'module.exports = 1;'): Promise<void> {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }

  async function link(from: string, to: string): Promise<void> {
    await mkdir(path.dirname(path.join(root, from)), { recursive: true });
    await symlink(path.join(root, to), path.join(root, from), 'junction');
  }

  function start(): void {
    watcher = watchApp(app, debounceMs, () => {
      changes++;
      heard();
    });
  }

  /** What `change` does is noticed, once. */
  async function noticed(change: () => Promise<void>): Promise<void> {
    const before = changes;
    const next = new Promise<void>((resolve) => (heard = resolve));
    await change();
    await next;
    assert.equal(changes, before + 1);
  }

  it('notices files that are changed, put in place of others, new, and gone', async () => {
    start();
    await noticed(() => write('apps/app/src/a.js', '2'));
    await noticed(async () => {
      await write('apps/app/src/a.js.tmp', '3');
      await rename(path.join(app, 'src/a.js.tmp'), path.join(app, 'src/a.js'));
    });
    await noticed(() => write('apps/app/src/b.mjs'));
    await noticed(() => rm(path.join(app, 'src/b.mjs')));
  });

  it('follows folders that come, with what is in them already, move and go', async () => {
    await write('else/deep/down/a.js');
    start();
    await noticed(() => rename(path.join(root, 'else'), path.join(app, 'lib')));
    await noticed(() => write('apps/app/lib/deep/down/a.js', '2'));
    await noticed(() => rename(path.join(app, 'lib'), path.join(app, 'dist')));
    await noticed(() => write('apps/app/dist/deep/down/a.js', '3'));
    await noticed(() => rm(path.join(app, 'dist'), { recursive: true }));
    await noticed(() => write('apps/app/dist/a.js'));
    await noticed(() => write('apps/app/dist/a.js', '2'));
  });

  it('does not look at packages, other files, and what the emulator writes', async () => {
    await write('apps/app/node_modules/theirs/index.js');
    start();
    await write('apps/app/node_modules/theirs/index.js', '2');
    await write('apps/app/src/a.ts');
    await write('apps/app/.durascope/clock.json');
    await write('apps/app/durascope.http.json', '{}');
    await noticed(() => write('apps/app/src/a.js', '2'));
  });

  it('notices edits of workspace packages, those that they use in turn included', async () => {
    await write('packages/shared/package.json', '{"dependencies": {"@mine/base": "*"}}');
    await write('packages/shared/index.js');
    await write('packages/base/lib/index.js');
    await link('node_modules/@mine/shared', 'packages/shared');
    await link('node_modules/@mine/base', 'packages/base');
    start();
    await noticed(() => write('packages/shared/index.js', '2'));
    await noticed(() => write('packages/base/lib/index.js', '2'));
  });

  it('notices a package that is linked later, and a link that leads in a circle does no harm', async () => {
    await write('packages/late/index.js');
    await link('packages/late/self', 'packages/late');
    await link('apps/app/src/self', 'apps/app');
    await link('apps/app/node_modules/late', 'packages/late');
    start();
    await noticed(() => write('apps/app/package.json', '{"dependencies": {"late": "file:../../packages/late"}}'));
    await noticed(() => write('packages/late/index.js', '2'));
    await noticed(() => write('apps/app/package.json', '{}'));
    await write('packages/late/index.js', '3');
    await noticed(() => write('apps/app/src/a.js', '2'));
  });

  it('counts as linked only what is written elsewhere', async () => {
    await write('apps/app/package.json', '{"dependencies": {"a": "1", "b": "1", "c": "1"}, "devDependencies": {"d": "1"}}');
    await write('apps/app/node_modules/a/package.json', '{}');
    await write('apps/app/node_modules/.pnpm/b@1/node_modules/b/index.js');
    await link('apps/app/node_modules/b', 'apps/app/node_modules/.pnpm/b@1/node_modules/b');
    await link('apps/app/node_modules/c', 'packages/gone');
    await write('packages/d/package.json', 'no JSON');
    await link('apps/node_modules/d', 'packages/d');
    assert.deepEqual(linkedPackages(app), [path.join(root, 'packages', 'd')]);
  });

  it('notices sources in TypeScript of an app that is not loaded and whose "main" names such', async () => {
    await write('apps/app/package.json', '{"main": "src/functions/*.{ts,mts}"}');
    start();
    await noticed(() => write('apps/app/src/functions/a.ts'));
    await noticed(() => write('apps/app/package.json', '{"main": "dist/*.js"}'));
    await write('apps/app/src/functions/a.ts', '2');
    await noticed(() => write('apps/app/src/a.js', '2'));
  });

  it('loads the app anew when a source in TypeScript is edited that runs as it is written', async () => {
    const fixture = new WorkerFixture();
    try {
      // Takes types off as tsx or a newer Node.js does: there are none.
      const main = `require.extensions['.ts'] = require.extensions['.js'];
        require('durable-functions').app.activity('value', { handler: () => require('./src/value.ts') });
        require('./src/value.ts');`;
      const dir = await fixture.copy(null, {
        files: { 'package.json': '{"main": "main.js"}', 'main.js': main, 'src/value.ts': 'module.exports = 1;' },
      });
      const running = await fixture.startAt(dir, { watch: true, debounceMs });
      assert.equal(await running.result('value'), 1);
      running.events.length = 0;
      await writeFile(path.join(dir, 'src/value.ts'), 'module.exports = 2;');
      await running.event('workerReady');
      assert.equal(await running.result('value'), 2);
    } finally {
      await fixture.cleanUp();
    }
  });

  it('loads the app anew when a workspace package is edited', async () => {
    const fixture = new WorkerFixture();
    try {
      const handler = `require('durable-functions').app.activity('value', { handler: () => require('shared') });`;
      const dir = await fixture.copy(null, {
        files: { 'package.json': '{"main": "a.js", "dependencies": {"shared": "*"}}', 'a.js': handler },
      });
      await write('packages/shared/index.js', 'module.exports = 1;');
      await symlink(path.join(root, 'packages/shared'), path.join(dir, 'node_modules', 'shared'), 'junction');
      const running = await fixture.startAt(dir, { watch: true, debounceMs });
      assert.equal(await running.result('value'), 1);
      running.events.length = 0;
      await write('packages/shared/index.js', 'module.exports = 2;');
      await running.event('workerReady');
      assert.equal(await running.result('value'), 2);
    } finally {
      await fixture.cleanUp();
    }
  });
});
