/** What a user's emulator does while there is nothing to do, and that of the other tests does not (docs/decisions/0007-rehearsal.md). */
import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

describe('an emulator with nothing to do', () => {
  let folder: string;
  let programs: DurascopePrograms;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-rehearsing-'));
    const env = {
      DURASCOPE_HOME: path.join(folder, 'home'),
      TMPDIR: folder,
      TEMP: folder,
      TMP: folder,
      DURASCOPE_REHEARSAL: undefined,
    };
    programs = new DurascopePrograms({ env });
  });
  afterEach(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('rehearses, which nobody sees, and works as ever before, meanwhile and after', async () => {
    const isTheirs = (name: string): boolean => name.startsWith('durascope-rehearsal-');
    const watcher = watch(folder);
    try {
      // However short it is there.
      const begun = new Promise<void>((resolve) => watcher.on('change', (_, name) => isTheirs(String(name)) && resolve()));
      const { ready } = await programs.start([
        path.join(projectRoot, 'examples', 'hello-cities'),
        '--data',
        path.join(folder, 'data'),
      ]);
      await begun;
      const { code, stdout } = await programs.run(['start-instance', 'HelloCities', '--url', ready.url, '--wait', '--json']);
      assert.equal(code, 0, stdout);
      while ((await readdir(folder)).some(isTheirs)) await new Promise((resolve) => setTimeout(resolve, 5));
      const answer = await fetch(`${ready.managementUrl}/instances?code=${ready.key}`);
      const names = ((await answer.json()) as { name: string }[]).map(({ name }) => name);
      assert.deepEqual(names, ['HelloCities']);
    } finally {
      watcher.close();
    }
  });
});
