import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { FolderLock } from '../../src/store/folder-lock';
import { stepOf, StoreBench } from './store-builders';

/** A real second process that opens the store in a folder, says so, and lives until its stdin ends or it is killed. */
async function holdInOtherProcess(dir: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const script = `
    const { SqlJsHistoryStore } = require(${JSON.stringify(path.resolve('src/store/sql-js-history-store.ts'))});
    const store = new SqlJsHistoryStore({ dir: ${JSON.stringify(dir)}, log: () => undefined });
    store.open().then(() => console.log('open'));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit());
  `;
  const tsx = createRequire(__filename).resolve('tsx/cjs');
  const child = spawn(process.execPath, ['-r', tsx, '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    new Promise<void>((resolve) => child.stdout.once('data', () => resolve())),
    exited.then(() => Promise.reject(new Error('The other process ended early.'))),
  ]);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { pid: child.pid ?? -1, kill };
}

describe('history store, the lock of its folder', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.cleanUp());

  const lockFile = (): string => path.join(bench.dir, 'lock');
  const putLock = (content: unknown): void => {
    mkdirSync(bench.dir, { recursive: true });
    writeFileSync(lockFile(), typeof content === 'string' ? content : JSON.stringify(content));
  };

  it('refuses a folder that another process has open, naming folder and process, and takes it over when that is killed', async () => {
    const other = await holdInOtherProcess(bench.dir);
    try {
      await assert.rejects(bench.create().open(), (error: Error & { code?: string; details?: Record<string, unknown> }) => {
        assert.equal(error.code, 'StoreLocked');
        assert.ok(error.message.includes(bench.dir));
        assert.ok(error.message.includes(`process ${other.pid}`));
        assert.equal(error.details?.['pid'], other.pid);
        return true;
      });
    } finally {
      await other.kill();
    }
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 1)]);
  });

  it('refuses a second store in the same process', async () => {
    const store = await bench.open();
    await assert.rejects(bench.create().open(), { code: 'StoreLocked' });
    await store.close();
    await bench.open();
  });

  it('is released by closing, also twice', async () => {
    const store = await bench.open();
    assert.ok(existsSync(lockFile()));
    await Promise.all([store.close(), store.close()]);
    await store.close();
    assert.ok(!existsSync(lockFile()));
  });

  it('takes over from a process that is gone', async () => {
    putLock({ token: 't', pid: 2 ** 22 + 1, host: hostname(), start: '' });
    await bench.open();
    assert.equal((JSON.parse(readFileSync(lockFile(), 'utf8')) as { pid: number }).pid, process.pid);
  });

  it('takes over when the process id belongs to another process by now', async () => {
    putLock({ token: 't', pid: process.pid, host: hostname(), start: 'another boot:1' });
    if (process.platform === 'linux') {
      await bench.open();
    } else {
      await assert.rejects(bench.create().open(), { code: 'StoreLocked' });
    }
  });

  it('takes over a lock file that was never written to its end', async () => {
    for (const content of ['', '{"pid":', 'null', '[]', '{"pid":"1"}']) {
      putLock(content);
      const store = await bench.open();
      await store.close();
    }
  });

  it('believes a process on another host as long as it renews the lock', async () => {
    putLock({ token: 't', pid: 1, host: 'elsewhere', start: '' });
    await assert.rejects(bench.create().open(), { code: 'StoreLocked', message: /process 1 on host elsewhere.*delete .*lock/ });
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(lockFile(), longAgo, longAgo);
    await bench.open();
  });

  it('is looked at before something is written once it could not be renewed for long: another one may have it', async () => {
    mkdirSync(bench.dir, { recursive: true });
    let now = Date.now();
    const lost: string[] = [];
    const lock = await FolderLock.acquire(bench.dir, { lost: ({ message }) => lost.push(message) }, () => now);
    putLock({ token: 'other', pid: 7, host: 'elsewhere', start: '' });
    lock.renewIfLate();
    assert.equal(lost.length, 0);
    now += 3_600_000;
    lock.renewIfLate();
    assert.match(lost[0] ?? '', /was taken over by process 7 on host elsewhere while this one did not run/);
    lock.release();
    assert.ok(existsSync(lockFile()));
  });

  it('that another one has taken over while this one slept ends all writing here', async () => {
    const store = await bench.open();
    await store.commit([stepOf('a', 0, 1)]);
    putLock({ token: 'other', pid: 7, host: 'elsewhere', start: '' });
    const { now } = Date;
    try {
      Date.now = () => now() + 3_600_000;
      await assert.rejects(store.commit([stepOf('a', 1, 1)]), { code: 'StoreLocked', message: /taken over by process 7/ });
    } finally {
      Date.now = now;
    }
    await assert.rejects(store.commit([stepOf('a', 1, 1)]), { code: 'StoreLocked' });
    await store.close();
    assert.ok(existsSync(lockFile()));
  });

  it('does not remove a lock that another one has taken over', async () => {
    mkdirSync(bench.dir, { recursive: true });
    const lock = await FolderLock.acquire(bench.dir);
    const others = { token: 'other', pid: process.pid, host: hostname(), start: '' };
    putLock(others);
    lock.release();
    assert.deepEqual(JSON.parse(readFileSync(lockFile(), 'utf8')), others);
  });

  it('removes what killed processes of this host have left outside of their folders, and nothing of others', async () => {
    const entries = path.join(tmpdir(), `durascope-locks-${userInfo().username}`);
    mkdirSync(entries, { recursive: true, mode: 0o700 });
    const put = (content: object): string => {
      const file = path.join(entries, randomUUID());
      writeFileSync(file, JSON.stringify({ token: 't', start: '', ...content }));
      return file;
    };
    const gone = 2 ** 22 + 1;
    const left = [put({ pid: gone, host: hostname() }), put({ pid: gone, host: hostname() })];
    const others = [put({ pid: process.pid, host: hostname() }), put({ pid: gone, host: 'elsewhere' })];
    try {
      await bench.open();
      while (left.some((file) => existsSync(file))) await new Promise((resolve) => setImmediate(resolve));
      assert.ok(others.every((file) => existsSync(file)));
    } finally {
      for (const file of [...left, ...others]) rmSync(file, { force: true });
    }
  });

  it('lets exactly one of many that start at once have the folder', async () => {
    putLock({ token: 't', pid: 2 ** 22 + 1, host: hostname(), start: '' });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => bench.open()));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  });
});
