/**
 * Entities and their locks survive anything: the real program is killed again and again in the middle of transfers between accounts, each in a
 * critical section, and of signals to a counter. In the end no money came or went, every acknowledged signal counts once, every
 * acknowledged transfer has ended, and nothing is locked.
 *
 * `DURASCOPE_ENTITY_KILLS` sets the number of kills (default 20, ten in each data folder).
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, projectRoot, type Ready } from '../support/durascope-program';

const kills = Number(process.env['DURASCOPE_ENTITY_KILLS'] ?? '20');
/** A folder with more takes long to open again and again. */
const killsOfFolder = 10;
const accounts = ['a', 'b', 'c', 'd', 'e'];
const opening = 1000;

function post(ready: Ready, route: string, body: unknown): Promise<Response> {
  const mark = route.includes('?') ? '&' : '?';
  return fetch(`${ready.managementUrl}/${route}${mark}code=${encodeURIComponent(ready.key)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
}

async function stateOf(ready: Ready, name: string, key: string): Promise<number | undefined> {
  const answer = await fetch(`${ready.managementUrl}/entities/${name}/${key}`);
  return answer.status === 404 ? undefined : ((await answer.json()) as number);
}

describe('kill -9 while entities work', function () {
  this.timeout(10 * 60_000);
  let folder = '';
  let programs: DurascopePrograms;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kill-entities-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') } });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it(`keeps the sum of all accounts, every signal and every lock in order over ${kills} kills`, async () => {
    for (let done = 0; done < kills; done += killsOfFolder) {
      await killAndLook(path.join(folder, String(done)), Math.min(killsOfFolder, kills - done));
    }
  });

  async function killAndLook(data: string, kills: number): Promise<void> {
    const app = path.join(projectRoot, 'test', 'fixtures', 'apps', 'entities');
    const transfers: string[] = [];
    let signals = 0;
    let unsure = 0;
    const pick = (): string => accounts[Math.floor(Math.random() * accounts.length)] ?? 'a';

    for (let round = 0; round < kills; round++) {
      const serving = await programs.start([app, '--data', data]);
      const { ready } = serving;
      let over = false;
      const client = async (at: number): Promise<void> => {
        for (let turn = 0; !over; turn++) {
          try {
            if (at < 2) {
              unsure++;
              const answer = await post(ready, 'entities/counter/hits?op=add', 1);
              assert.equal(answer.status, 202);
              unsure--;
              signals++;
            } else {
              const id = `t${round}-${at}-${turn}`;
              const amount = Math.floor(Math.random() * 50);
              const answer = await post(ready, `orchestrators/Transfer/${id}`, { from: pick(), to: pick(), amount });
              assert.equal(answer.status, 202);
              transfers.push(id);
            }
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            return; // The connection broke: the program is dead.
          }
        }
      };
      const clients = Array.from({ length: 5 }, (_, at) => client(at));
      const lifeMs = Math.random() < 0.2 ? Math.random() * 15 : Math.random() * 600;
      await new Promise((resolve) => setTimeout(resolve, lifeMs));
      over = true;
      await serving.kill();
      await Promise.all(clients);
    }

    const last = await programs.start([app, '--data', data]);
    const { ready } = last;
    for (const id of transfers) {
      const deadline = Date.now() + 120_000;
      for (;;) {
        const answer = await fetch(`${ready.managementUrl}/instances/${id}`);
        assert.notEqual(answer.status, 404, `the acknowledged start of ${id} is lost`);
        const status = (await answer.json()) as { runtimeStatus: string };
        if (answer.status === 200) {
          assert.equal(status.runtimeStatus, 'Completed', `${id}: ${JSON.stringify(status)}`);
          break;
        }
        assert.ok(Date.now() < deadline, `${id} does not end: ${JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const hits = async (): Promise<number> => (await stateOf(ready, 'counter', 'hits')) ?? 0;
    const deadline = Date.now() + 30_000;
    while ((await hits()) < signals && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    // A signal whose answer never came may or may not have been accepted.
    const counted = await hits();
    assert.ok(counted >= signals && counted <= signals + unsure, `${counted} of ${signals} signals count, ${unsure} unsure`);

    const unlocked = async (): Promise<boolean> => {
      const locked = await Promise.all(
        accounts.map(async (key) => {
          const answer = await fetch(`${ready.url}/durascope/entities/${encodeURIComponent(`@account@${key}`)}`);
          if (answer.status === 404) return false;
          const entity = (await answer.json()) as { lockedBy: string | null; queueSize: number };
          return entity.lockedBy !== null || entity.queueSize > 0;
        }),
      );
      return !locked.includes(true);
    };
    // Transfers that nobody waited for (their start was never answered) may still be under way.
    const quietBy = Date.now() + 30_000;
    while (!(await unlocked()) && Date.now() < quietBy) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(await unlocked(), 'an account is still locked');
    const balances = await Promise.all(accounts.map(async (key) => (await stateOf(ready, 'account', key)) ?? opening));
    assert.equal(
      balances.reduce((sum, each) => sum + each, 0),
      accounts.length * opening,
      `balances ${balances.join(', ')}`,
    );
    await last.stop();
    console.log(
      `      kills ${kills}: ${transfers.length} transfers acknowledged and ended, ${counted} signals counted (${signals} acknowledged, ` +
        `${unsure} died unanswered), balances ${balances.join(', ')}`,
    );
  }
});
