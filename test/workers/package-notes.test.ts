import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageNotes } from '../../src/workers/node/child/loading/package-notes';
import { projectRoot } from '../support/durascope-program';

describe('packages that do not go together with this Node.js', () => {
  let app = '';
  beforeEach(async () => {
    app = await mkdtemp(path.join(tmpdir(), 'durascope-packages-'));
    await mkdir(path.join(app, 'node_modules'));
  });
  afterEach(async () => {
    await rm(app, { recursive: true, force: true, maxRetries: 5 });
  });
  const install = (name: string): Promise<void> =>
    symlink(path.join(projectRoot, 'node_modules', name), path.join(app, 'node_modules', 'durable-functions'), 'junction');

  for (const [name, version] of [
    ['durable-functions-v1', '1.5'],
    ['durable-functions-v2', '2.1'],
  ] as const) {
    it(`durable-functions ${version} has no timers where util.isDate is gone: what it is, and what helps`, async () => {
      await install(name);
      assert.deepEqual(packageNotes(app, { isDate: () => true }), []);
      const [note] = packageNotes(app, {});
      assert.match(
        note ?? '',
        new RegExp(`durable-functions ${version.replace('.', '\\.')}\\.\\d+ cannot create timers on Node\\.js`),
      );
      assert.match(note ?? '', /Node\.js 20 or 22, or move to durable-functions 3/);
    });
  }

  it('durable-functions 3 needs nothing of it, nor does an app without the package', async () => {
    assert.deepEqual(packageNotes(app, {}), []);
    await install('durable-functions');
    assert.deepEqual(packageNotes(app, {}), []);
  });
});
