/**
 * A mixed load on the real program, which is killed again and again at moments that a seed decides, on one data folder: the program, the
 * process with the app's code, or both; while instances run, are purged and imported, and while an orderly end writes its snapshot. In the
 * end every acknowledged start, event, purge and import is there, every instance has ended as it would have, and no history holds a row
 * twice.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HistoryEvent } from '../../src/core/history/history';
import { instanceRow } from './instance-row';
import { assertNoRowTwice } from './no-row-twice';
import { randomOf } from './seeded-random';

export interface KillPlan {
  /** Folder of the function app. */
  app: string;
  /** Data folder. */
  data: string;
  kills: number;
  seed: number;
  /** Of its orchestrators; default: all. */
  names?: readonly Promised['name'][];
}

const allNames = ['Sequence', 'FanOut', 'Timers', 'Events', 'Parent'] as const;

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

export async function launch(app: string, data: string): Promise<{ process: ChildProcess; ready: Ready; warnings: string[] }> {
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

export async function killAndLook({ app, data, kills, seed, names = allNames }: KillPlan): Promise<string> {
  const random = randomOf(seed);
  const counts: Record<KillKind, number> = { engine: 0, worker: 0, both: 0, ending: 0 };
  const total = (): number => Object.values(counts).reduce((a, b) => a + b, 0);
  const imported: string[] = [];
  const purged = new Set<string>();
  let unsurePurges = 0;
  const promised: Promised[] = [];
  let starts = 0;
  let acceptedEvents = 0;
  let unacknowledged = 0;

  for (let round = 0; total() < kills; round++) {
    const { process: child, ready, warnings } = await launch(app, data);
    // What was being written when the kill came was never acknowledged.
    assert.deepEqual(
      warnings.filter((w) => /journal|checksum/i.test(w) && !/in the middle of a record/.test(w)),
      [],
      `seed ${seed}, round ${round}`,
    );
    let over = false;
    let isEnding = false;
    const taken = (answer: Response, expected: number, what: string): void => {
      if (isEnding && answer.status === 503) throw new Error('the program is ending and takes nothing more');
      assert.equal(answer.status, expected, `seed ${seed}: ${what} answered ${answer.status}`);
    };
    const purge = async (): Promise<void> => {
      const one = promised[Math.floor(random() * promised.length)];
      if (one === undefined || one.events.length + one.unsure.length > 0) return;
      // At once, for other clients choose too.
      promised.splice(promised.indexOf(one), 1);
      const status = await fetch(`${ready.managementUrl}/instances/${one.id}`).catch(() => undefined);
      if (status?.status !== 200) {
        promised.push(one);
        return;
      }
      // Whether it counts is not known until the answer comes.
      unsurePurges++;
      const answer = await call(ready, 'DELETE', `${ready.managementUrl}/instances/${one.id}`);
      taken(answer, 200, 'purge');
      unsurePurges--;
      purged.add(one.id);
    };
    const importSome = async (): Promise<void> => {
      const ids = Array.from(
        { length: 1 + Math.floor(random() * 5) },
        (_, i) => `i${seed}-${round}-${imported.length + i}-${Math.floor(random() * 1e9)}`,
      );
      const answer = await call(ready, 'POST', `${ready.url}/durascope/import`, {
        instances: ids.map(exportedInstance),
        onConflict: 'refuse',
      });
      taken(answer, 200, 'import');
      imported.push(...ids);
    };
    const client = async (): Promise<void> => {
      while (!over) {
        const open = promised.filter((p) => p.name === 'Events' && p.events.length + p.unsure.length < p.input);
        try {
          const choice = random();
          if (choice < 0.1) await purge();
          else if (choice < 0.14) await importSome();
          else if (open.length > 0 && random() < 0.5) {
            const target = open[Math.floor(random() * open.length)];
            if (target === undefined) continue;
            const value = 1 + Math.floor(random() * 1000);
            target.unsure.push(value);
            const answer = await post(ready, `instances/${target.id}/raiseEvent/Add`, String(value));
            taken(answer, 202, 'raise event');
            target.unsure.splice(target.unsure.indexOf(value), 1);
            target.events.push(value);
            acceptedEvents++;
          } else {
            const name = names[Math.floor(random() * names.length)] ?? 'Sequence';
            const input = 2 + Math.floor(random() * 6);
            const id = `k${seed}-${round}-${starts + unacknowledged}-${Math.floor(random() * 1e9)}`;
            unacknowledged++;
            const answer = await post(ready, `orchestrators/${name}/${id}`, String(input));
            taken(answer, 202, 'start');
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
    const pause = (most: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, random() * most));
    await pause(random() < 0.2 ? 15 : 300);
    for (let times = Math.floor(random() * 4); times > 0 && total() < kills; times--) {
      if (killWorker(ready.pid)) counts.worker++;
      await pause(400);
    }
    const way = random();
    if (way < 0.25) {
      // It writes a snapshot when it ends.
      const ended = new Promise((resolve) => child.once('exit', resolve));
      isEnding = true;
      child.kill('SIGTERM');
      await pause(250);
      if (child.exitCode === null && child.kill('SIGKILL')) counts.ending++;
      await ended;
    } else if (way < 0.5) {
      killWorker(ready.pid);
      await kill(child);
      counts.both++;
    } else {
      await kill(child);
      counts.engine++;
    }
    over = true;
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
  for (const id of purged) {
    const answer = await fetch(`${ready.managementUrl}/instances/${id}`);
    assert.equal(answer.status, 404, `seed ${seed}: ${id} was purged and is there again`);
  }
  for (const id of imported) {
    const rows = await fetch(`${ready.url}/durascope/instances/${id}/history`);
    assert.equal(((await rows.json()) as HistoryEvent[]).length, importedRows, `seed ${seed}: the import of ${id} is lost`);
  }
  await kill(child);
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return (
    `${total()} kills (${kinds.join(', ')}), seed ${seed}: ${starts} starts, ${acceptedEvents} events, ${purged.size} purges and ` +
    `${imported.length} imports acknowledged, all there; ${promised.length} instances ended as they should; ` +
    `${unacknowledged} starts and ${unsurePurges} purges died unanswered`
  );
}

type KillKind = 'engine' | 'worker' | 'both' | 'ending';

const importedRows = 3;

/** One that has ended, heavy enough that a hundred of them are worth a snapshot. */
function exportedInstance(instanceId: string): unknown {
  const Timestamp = '2026-01-01T00:00:00.0000000Z';
  const Input = JSON.stringify('x'.repeat(40_000));
  const row = { EventId: -1, IsPlayed: false, Timestamp };
  const OrchestrationInstance = { InstanceId: instanceId, ExecutionId: `x-${instanceId}` };
  const history = [
    { ...row, EventType: 'OrchestratorStarted' },
    {
      ...row,
      EventType: 'ExecutionStarted',
      OrchestrationInstance,
      Name: 'Sequence',
      Version: '',
      Input,
      ParentInstance: null,
      Tags: null,
    },
    { ...row, EventType: 'ExecutionCompleted', EventId: 0, OrchestrationStatus: 'Completed', Result: '1', FailureDetails: null },
  ];
  const instance = instanceRow({
    instanceId,
    executionId: `x-${instanceId}`,
    name: 'Sequence',
    runtimeStatus: 'Completed',
    input: Input,
    output: '1',
    createdTime: Timestamp,
    lastUpdatedTime: Timestamp,
    completedTime: Timestamp,
    historyLength: importedRows,
  });
  return { instance, history, customStatusChanges: [] };
}

export function call(ready: Ready, method: string, url: string, body?: unknown): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json', 'x-functions-key': ready.key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
}

/** Processes that the program has started; none where the system does not tell. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // It is gone already.
  }
}

/** The process with the app's code is the only child of the program. */
function killWorker(pid: number): boolean {
  const [worker] = childrenOf(pid);
  try {
    return worker !== undefined && process.kill(worker, 'SIGKILL');
  } catch {
    return false; // It is gone already.
  }
}

/** Ends what a failed run has left. */
export async function endAll(): Promise<void> {
  for (const { process: child } of running) if (child.exitCode === null && child.signalCode === null) await kill(child);
}
