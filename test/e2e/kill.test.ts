/**
 * Nothing lost: the real program is killed again and again in the middle of a mixed load, on one data folder, and in the end every
 * acknowledged start and event is there, every instance has ended as it would have, and no history holds a row twice.
 *
 * `DURASCOPE_KILLS` sets the number of kills (default 40), `DURASCOPE_PASSTHROUGH_KILLS` that of an app in the dialect of durable-functions 4
 * (default 5).
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HistoryEvent } from '../../src/core/history/history';
import { assertNoRowTwice } from '../support/no-row-twice';
import { randomOf } from '../support/seeded-random';

const apps = [
  { app: 'mixed-load', kills: Number(process.env['DURASCOPE_KILLS'] ?? '40') },
  { app: 'mixed-load-grpc', kills: Number(process.env['DURASCOPE_PASSTHROUGH_KILLS'] ?? '5') },
] as const;
const root = path.resolve(__dirname, '../..');
const cli = path.join(root, 'dist', 'cli.js');

interface Ready {
  url: string;
  managementUrl: string;
  key: string;
  pid: number;
}

/** What the client was promised: the instance exists, and so many events were accepted by it. */
interface Promised {
  id: string;
  name: 'Sequence' | 'FanOut' | 'Timers' | 'Events' | 'Parent';
  input: number;
  events: number[];
  /** Events whose answer never came: they may or may not count. */
  unsure: number[];
}

const running: { process: ChildProcess; ready: Ready }[] = [];

async function launch(app: string, data: string): Promise<{ process: ChildProcess; ready: Ready; warnings: string[] }> {
  const child = spawn(process.execPath, [cli, 'start', app, '--port', '0', '--data', data, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
  });
  const warnings: string[] = [];
  let errorText = '';
  child.stderr.on('data', (chunk: Buffer) => (errorText += chunk.toString()));
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)} before it was ready: ${errorText}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as { event: string; level?: string; message?: string };
      if (message.event === 'ready') resolve(message as unknown as Ready);
      else if (message.level === 'warning' || message.level === 'error') warnings.push(message.message ?? line);
    });
  });
  running.push({ process: child, ready });
  return { process: child, ready, warnings };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function post(ready: Ready, route: string, body: string): Promise<Response> {
  return fetch(`${ready.managementUrl}/${route}?code=${encodeURIComponent(ready.key)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(20_000),
  });
}

function expectedOutput(one: Promised): number {
  switch (one.name) {
    case 'Sequence':
      return one.input + 4;
    case 'FanOut':
      return Array.from({ length: one.input }, (_, i) => i * i).reduce((a, b) => a + b, 0);
    case 'Timers':
      return one.input;
    case 'Parent':
      return one.input + 4 + 5;
    case 'Events':
      return one.events.reduce((a, b) => a + b, 0);
  }
}

describe('kill -9 at random moments', function () {
  this.timeout(20 * 60_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kill-'));
  });
  after(async () => {
    for (const { process: child } of running) if (child.exitCode === null && child.signalCode === null) await kill(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  for (const { app, kills } of apps) {
    it(`loses nothing and doubles nothing over ${kills} kills (${app})`, () => killAndLook(app, kills));
  }

  async function killAndLook(name: string, kills: number): Promise<void> {
    const app = path.join(root, 'test', 'fixtures', 'apps', name);
    const data = path.join(folder, name);
    const seed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));
    const random = randomOf(seed);
    const names = ['Sequence', 'FanOut', 'Timers', 'Events', 'Parent'] as const;
    const promised: Promised[] = [];
    let starts = 0;
    let acceptedEvents = 0;
    let unacknowledged = 0;

    for (let round = 0; round < kills; round++) {
      const { process: child, ready, warnings } = await launch(app, data);
      // What was being written when the kill came was never acknowledged.
      assert.deepEqual(
        warnings.filter((w) => /journal|checksum/i.test(w) && !/in the middle of a record/.test(w)),
        [],
        `seed ${seed}, round ${round}`,
      );
      let over = false;
      const client = async (): Promise<void> => {
        while (!over) {
          const open = promised.filter((p) => p.name === 'Events' && p.events.length + p.unsure.length < p.input);
          try {
            if (open.length > 0 && random() < 0.5) {
              const target = open[Math.floor(random() * open.length)];
              if (target === undefined) continue;
              const value = 1 + Math.floor(random() * 1000);
              target.unsure.push(value);
              const answer = await post(ready, `instances/${target.id}/raiseEvent/Add`, String(value));
              assert.equal(answer.status, 202, `seed ${seed}: raise event answered ${answer.status}`);
              target.unsure.splice(target.unsure.indexOf(value), 1);
              target.events.push(value);
              acceptedEvents++;
            } else {
              const name = names[Math.floor(random() * names.length)] ?? 'Sequence';
              const input = 2 + Math.floor(random() * 6);
              const id = `k${seed}-${round}-${starts + unacknowledged}-${Math.floor(random() * 1e9)}`;
              unacknowledged++;
              const answer = await post(ready, `orchestrators/${name}/${id}`, String(input));
              assert.equal(answer.status, 202, `seed ${seed}: start answered ${answer.status}`);
              unacknowledged--;
              starts++;
              promised.push({ id, name, input, events: [], unsure: [] });
            }
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            return; // The connection broke: the program is dead.
          }
        }
      };
      const clients = Array.from({ length: 6 }, client);
      // Most kills hit the middle of the load, some the very start.
      const lifeMs = random() < 0.2 ? random() * 15 : random() * 300;
      await new Promise((resolve) => setTimeout(resolve, lifeMs));
      over = true;
      await kill(child);
      await Promise.all(clients);
    }

    // The last life: everything must come to its end.
    const { process: child, ready } = await launch(app, data);
    for (const one of promised) {
      if (one.name !== 'Events') continue;
      // An event without an answer may or may not have been accepted: the sum tells, so send what is missing by count.
      const status = (await (await fetch(`${ready.managementUrl}/instances/${one.id}`)).json()) as { runtimeStatus: string };
      if (status.runtimeStatus === 'Completed') continue;
      for (let i = one.events.length; i < one.input; i++) {
        const answer = await post(ready, `instances/${one.id}/raiseEvent/Add`, '0');
        if (answer.status === 410) break;
        assert.equal(answer.status, 202);
      }
    }
    const deadline = Date.now() + 120_000;
    for (const one of promised) {
      for (;;) {
        const answer = await fetch(`${ready.managementUrl}/instances/${one.id}`);
        assert.notEqual(answer.status, 404, `seed ${seed}: the acknowledged start of ${one.id} is lost`);
        const status = (await answer.json()) as { runtimeStatus: string; output: unknown };
        if (answer.status === 200) {
          assert.equal(status.runtimeStatus, 'Completed', `seed ${seed}: ${one.id} ${JSON.stringify(status)}`);
          if (one.name === 'Events' && one.unsure.length > 0) {
            const sure = one.events.reduce((a, b) => a + b, 0);
            const most = sure + one.unsure.reduce((a, b) => a + b, 0);
            assert.ok(
              Number(status.output) >= sure && Number(status.output) <= most,
              `seed ${seed}: ${one.id} lost an accepted event`,
            );
          } else {
            assert.equal(status.output, expectedOutput(one), `seed ${seed}: ${one.name} ${one.id}`);
          }
          break;
        }
        assert.ok(Date.now() < deadline, `seed ${seed}: ${one.name} ${one.id} does not end: ${JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const raw = await fetch(`${ready.url}/durascope/instances/${one.id}/history`);
      assertNoRowTwice(one.id, (await raw.json()) as HistoryEvent[]);
    }
    await kill(child);
    console.log(
      `      kills ${kills + 1}, seed ${seed}: ${starts} starts and ${acceptedEvents} events acknowledged, all there; ` +
        `${promised.length} instances ended as they should; ${unacknowledged} starts died unanswered`,
    );
  }
});
