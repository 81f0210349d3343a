import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ReloadNote } from '../../src/vscode/emulators/reload-note';

describe('what ran when the window was reloaded', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'durascope-reload-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const note = (): ReloadNote => new ReloadNote(path.join(folder, 'storage'));

  it('is known to the window that comes back, once', () => {
    note().write(['/app', '/other'], 1000);
    assert.deepEqual(note().take(3000), ['/app', '/other']);
    assert.deepEqual(note().take(3000), []);
  });

  it('is forgotten when the window comes back another day', () => {
    note().write(['/app'], 1000);
    assert.deepEqual(note().take(86_400_000), []);
  });

  it('is nothing where nothing ran, no folder was open, or the file is not ours', () => {
    note().write([], 1000);
    assert.deepEqual(note().take(1000), []);
    new ReloadNote(undefined).write(['/app'], 1000);
    assert.deepEqual(new ReloadNote(undefined).take(1000), []);
    note().write(['/app'], 1000);
    writeFileSync(path.join(folder, 'storage', 'running.json'), '[1');
    assert.deepEqual(note().take(1000), []);
  });
});
