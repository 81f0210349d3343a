/** A suspended instance that ends after a race, through the worker of JavaScript: as in production, and said so. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryEvent } from '../../src/core/history/history';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

describe('a suspended instance whose code returns after a race', () => {
  let home = '';
  let programs: DurascopePrograms;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'durascope-suspended-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: home } });
  });
  after(async () => {
    await programs.endAll();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('ends without a resume; the row of its end has the note, and show says what it means', async () => {
    const { ready } = await programs.start([path.join(projectRoot, 'test', 'goldens', 'app'), '--memory']);
    const call = async (method: string, route: string, body?: string): Promise<{ runtimeStatus?: string }> => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const url = `${ready.managementUrl}/${route}?code=${ready.key}`;
      const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
      return (await answer.json().catch(() => ({}))) as { runtimeStatus?: string };
    };
    const until = async (status: string): Promise<void> => {
      for (let tries = 0; tries < 400; tries++) {
        if ((await call('GET', 'instances/race')).runtimeStatus === status) return;
        await pause(25);
      }
      assert.fail(`never ${status}`);
    };
    await call('POST', 'orchestrators/RaceThenReturn/race');
    await until('Running');
    await call('POST', 'instances/race/suspend');
    await until('Suspended');
    await call('POST', 'instances/race/raiseEvent/go', '"x"');
    await until('Completed');
    const history = await fetch(`${ready.url}/durascope/instances/race/history?code=${ready.key}`);
    const end = ((await history.json()) as HistoryEvent[]).find(({ EventType }) => EventType === 'ExecutionCompleted');
    assert.equal(end?.Note, 'ended while suspended');
    const shown = await programs.run(['show', 'race', '--url', ready.url]);
    assert.match(shown.stdout, /suspended/i);
    assert.match(shown.stdout, /a-suspended-instance-ends|A suspended instance ends/);
  });
});
