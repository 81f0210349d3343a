/**
 * A disk that is full for a while, a real one: the built program works in a small file system of its own until nothing more can be written.
 * Nothing acknowledged is lost, nothing counts twice, the program says what is wrong, and work goes on once there is room.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from '../../src/core/history/history';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';
import { assertNoRowTwice } from '../support/no-row-twice';

/** So much that some dozens of instances fill the file system, and no custom status is too long. */
const payload = 'x'.repeat(7_000);

describe('a disk that is full', function () {
  this.timeout(60_000);
  let folder = '';
  let isMounted = false;
  let programs: DurascopePrograms;

  before(function () {
    folder = mkdtempSync(path.join(tmpdir(), 'durascope-full-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder], { stdio: 'ignore' });
      isMounted = true;
    } catch {
      console.log('      skipped: this user may not mount a file system');
      this.skip();
    }
    const home = path.join(folder, 'home');
    // Compiled code is kept on that disk too, not beside it where other tests have theirs.
    mkdirSync(path.join(home, 'cache'), { recursive: true, mode: 0o700 });
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: home } });
  });
  after(async () => {
    if (isMounted) {
      await programs.endAll();
      execFileSync('umount', [folder]);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses nothing that was acknowledged, says so, and goes on when there is room', async () => {
    const app = path.join(projectRoot, 'test', 'fixtures', 'apps', 'mixed-load');
    const serving = await programs.start([app, '--data', path.join(folder, 'data')]);
    const { ready } = serving;
    const acknowledged: string[] = [];
    const start = async (id: string): Promise<void> => {
      const answer = await fetch(`${ready.managementUrl}/orchestrators/Sequence/${id}?code=${encodeURIComponent(ready.key)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
      });
      assert.equal(answer.status, 202);
      acknowledged.push(id);
    };
    const said = serving.line(({ message }) => /cannot be written.*ENOSPC.*Nothing is lost/.test(String(message)));
    const asked: Promise<void>[] = [];
    for (let at = 0; ; at++) {
      const answered = start(`full-${at}`).then(() => false);
      asked.push(answered.then(() => undefined));
      if (await Promise.race([answered, said.then(() => true)])) break;
    }
    // More that nobody can take now: none of it is acknowledged.
    const before = acknowledged.length;
    for (let at = 0; at < 5; at++) asked.push(start(`later-${at}`));
    const shown = await fetch(`${ready.managementUrl}/instances/${acknowledged[0]}`);
    assert.ok(shown.ok, 'what there is can be read');
    assert.equal(acknowledged.length, before);

    execFileSync('mount', ['-o', 'remount,size=64m', folder]);
    await Promise.all(asked);
    assert.equal(acknowledged.length, asked.length);
    for (const id of acknowledged) {
      const by = Date.now() + 60_000;
      for (;;) {
        const answer = await fetch(`${ready.managementUrl}/instances/${id}`);
        const { runtimeStatus, output } = (await answer.json()) as { runtimeStatus: string; output: string };
        assert.notEqual(runtimeStatus, 'Failed', output);
        if (runtimeStatus === 'Completed') {
          assert.equal(output, `${payload}1111`);
          break;
        }
        assert.ok(Date.now() < by, `${id}: ${runtimeStatus}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const rows = await fetch(`${ready.url}/durascope/instances/${id}/history`);
      assertNoRowTwice(id, (await rows.json()) as HistoryEvent[]);
    }
    console.log(`      full after ${before} instances; all ${acknowledged.length} ended as they should`);
    assert.equal(await serving.stop(), 0);
  });
});
