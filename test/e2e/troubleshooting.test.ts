/** Each row of the README's troubleshooting table, met as a user meets it: through the built program. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const root = path.resolve(__dirname, '../..');
const cli = path.join(root, 'dist', 'cli.js');

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

const children: ChildProcess[] = [];

function durascope(...args: string[]): Promise<Outcome> {
  return running(...args).ended;
}

interface Running {
  /** Resolves with all that was printed once it says this. */
  says(what: RegExp): Promise<string>;
  ended: Promise<Outcome>;
}

function running(...args: string[]): Running {
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let stdout = '';
  let stderr = '';
  let heard: () => void = () => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    heard();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    heard();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const says = (what: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      heard = () => {
        if (what.test(stdout + stderr)) resolve(stdout + stderr);
      };
      heard();
      void ended.then(({ code }) =>
        reject(new Error(`ended with ${String(code)} and never said ${String(what)}:\n${stdout}${stderr}`)),
      );
    });
  return { says, ended };
}

/** Starts the emulator and returns what it says until `until` is said; then ends it. */
function startUntil(until: RegExp, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, 'start', ...args, '--port', '0'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let text = '';
    let isSaid = false;
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (isSaid || !until.test(text)) return;
      isSaid = true;
      child.kill('SIGTERM');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => {
      if (until.test(text)) resolve(text);
      else reject(new Error(`ended with ${String(code)} and never said ${String(until)}:\n${text}`));
    });
  });
}

describe('troubleshooting: what went wrong, what the user sees', () => {
  let folder = '';
  let count = 0;

  /** An app of these files, with the SDK linked into its node_modules. */
  async function app(files: Readonly<Record<string, string>>): Promise<string> {
    const dir = path.join(folder, `app-${++count}`);
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
      await writeFile(path.join(dir, name), text);
    }
    await mkdir(path.join(dir, 'node_modules', '@azure'), { recursive: true });
    for (const name of ['durable-functions', '@azure/functions']) {
      await symlink(path.join(root, 'node_modules', name), path.join(dir, 'node_modules', name), 'junction');
    }
    return dir;
  }

  const good = {
    'host.json': '{ "version": "2.0" }',
    'package.json': '{ "main": "app.js" }',
    'app.js': `const df = require('durable-functions');
df.app.orchestration('Hello', function* (context) { return context.df.getInput(); });
df.app.orchestration('Big', function* (context) { context.df.setCustomStatus('x'.repeat(9000)); return 1; });
df.app.orchestration('Wait', function* (context) { return yield context.df.waitForExternalEvent('Go'); });
`,
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-trouble-'));
  });
  after(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('no functions found: names the folder and what was looked for', async () => {
    const dir = await app({ 'host.json': '{ "version": "2.0" }', 'package.json': '{}' });
    const { code, stderr } = await durascope('run', dir, 'Hello', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, /no functions/i);
    assert.match(stderr, /function\.json/);
    assert.match(stderr, /main/);
  });

  it('main matches nothing: names the pattern and suggests a build', async () => {
    const dir = await app({ ...good, 'package.json': '{ "main": "dist/**/*.js" }' });
    const { code, stderr } = await durascope('run', dir, 'Hello', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, /dist\/\*\*\/\*\.js/);
    assert.match(stderr, /build/i);
  });

  it('a syntax error in the app: names file and line', async () => {
    const dir = await app({ ...good, 'app.js': 'const a = 1;\nconst b = ;\n' });
    const { code, stderr } = await durascope('run', dir, 'Hello', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, /app\.js:2/);
    assert.match(stderr, /SyntaxError/);
  });

  it('an app that is not loaded: says so where its functions would stand', async () => {
    const dir = await app({ ...good, 'app.js': 'const b = ;\n' });
    const said = await startUntil(/loaded as soon as it is mended/, dir, '--memory', '--no-grpc');
    assert.match(said, /^\nNo functions: the app is not loaded yet\. What is wrong with it stands below\.\n\nApp /);
    assert.match(said, /Ready\..*app\.js:1/s);
  });

  it('an app that is not loaded: whoever starts an instance, or calls a function, is told why it does not begin', async () => {
    const dir = await app({ ...good, 'app.js': 'const a = 1;\nconst b = ;\n' });
    const announced = await running('start', dir, '--port', '0', '--memory', '--no-grpc').says(/loaded as soon as it is mended/);
    const url = /Dashboard +(\S+)/.exec(announced)?.[1]?.replace('/#', '/?') ?? '';
    const why = /The app is not loaded: .*app\.js:2.*SyntaxError.*\nWhat is started waits as Pending/;
    const started = await durascope('start-instance', 'Hello', '--id', 'first', '--url', url);
    assert.deepEqual([started.code, started.stdout.trim()], [0, 'Started Hello: first']);
    assert.match(started.stderr, why);
    const called = await durascope('invoke', 'Hello', '--url', url);
    assert.equal(called.code, 1);
    assert.match(called.stderr, /The app is not loaded: .*app\.js:2/);
    // Who waits hears of it before anything ends, and gets the result once the app is mended.
    const waiting = running('start-instance', 'Hello', '--input', '7', '--wait', '--json', '--url', url);
    await waiting.says(why);
    await writeFile(path.join(dir, 'app.js'), good['app.js']);
    const { code, stdout } = await waiting.ended;
    assert.deepEqual([code, (JSON.parse(stdout) as { output: unknown }).output], [0, 7]);
  });

  it('two functions of one name: names it', async () => {
    const dir = await app({ ...good, 'app.js': `${good['app.js']}df.app.activity('Hello', { handler: () => 1 });` });
    const { code, stderr } = await durascope('run', dir, 'Hello', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, /Hello/);
    assert.match(stderr, /twice|two functions|already/i);
  });

  it('unknown orchestrator: names those that the app has', async () => {
    const { code, stderr } = await durascope('run', await app(good), 'Helo', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, /Helo/);
    assert.match(stderr, /Hello/);
  });

  it('invalid instance id: tells the rule', async () => {
    const { code, stderr } = await durascope('run', await app(good), 'Hello', '--memory', '--id', 'a/b');
    assert.equal(code, 1);
    assert.match(stderr, /a\/b/);
    assert.match(stderr, /must not contain|may not contain/i);
  });

  it('input that is not JSON: tells where', async () => {
    const { code, stderr } = await durascope('run', await app(good), 'Hello', '--memory', '--input', '{"a": }');
    assert.equal(code, 1);
    assert.match(stderr, /JSON/);
    assert.match(stderr, /position|column|character/i);
  });

  it('custom status too large: the instance fails with the limit and the size', async () => {
    const { code, stdout } = await durascope('run', await app(good), 'Big', '--memory', '--json');
    assert.equal(code, 1);
    const result = JSON.parse(stdout) as { runtimeStatus: string; output: unknown };
    assert.equal(result.runtimeStatus, 'Failed');
    assert.match(JSON.stringify(result), /16 ?KB/);
    assert.match(JSON.stringify(result), /17 ?KB/);
  });

  it('port taken: names the port and the option', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { code, stderr } = await durascope('start', await app(good), '--memory', '--port', String(port));
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(String(port)));
      assert.match(stderr, /--port/);
    } finally {
      server.close();
    }
  });

  it('folder not writable: names it and the ways out', async () => {
    const dir = await app(good);
    const blocked = path.join(dir, 'host.json', 'data');
    const { code, stderr } = await durascope('start', dir, '--port', '0', '--data', blocked);
    assert.equal(code, 1);
    assert.ok(stderr.includes(blocked), stderr);
    assert.match(stderr, /--data/);
    assert.match(stderr, /--memory/);
  });

  it('folder in use: names the process that holds it', async () => {
    const dir = await app(good);
    const data = path.join(folder, 'shared-data');
    const first = spawn(process.execPath, [cli, 'start', dir, '--port', '0', '--data', data, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(first);
    await new Promise((resolve) => first.stdout.once('data', resolve));
    const { code, stderr } = await durascope('start', dir, '--port', '0', '--data', data);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(String(first.pid)));
    const ended = new Promise((resolve) => first.once('exit', resolve));
    first.kill('SIGTERM');
    await ended;
  });

  it('store of a newer version: names both versions', async () => {
    const dir = await app(good);
    const data = path.join(folder, 'newer');
    await startUntil(/http:\/\//, dir, '--data', data);
    const { readdir } = await import('node:fs/promises');
    for (const name of await readdir(data)) {
      if (!name.startsWith('journal-')) continue;
      const bytes = await readFile(path.join(data, name));
      bytes.writeUInt32LE(99, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16);
      await writeFile(path.join(data, name), bytes);
    }
    const { code, stderr } = await durascope('start', dir, '--port', '0', '--data', data);
    assert.equal(code, 1);
    assert.match(stderr, /99/);
    assert.match(stderr, /newer/i);
  });

  it('Node.js too old for the app: names what it asks for and what runs', async () => {
    const dir = await app({ ...good, 'package.json': '{ "main": "app.js", "engines": { "node": ">=99" } }' });
    const { code, stderr } = await durascope('run', dir, 'Hello', '--memory');
    assert.equal(code, 1);
    assert.match(stderr, />=99/);
    assert.ok(stderr.includes(process.versions.node), stderr);
  });

  it('a damaged journal: warns with the place and keeps what stands before it', async () => {
    const dir = await app(good);
    const data = path.join(folder, 'damaged');
    const first = await durascope('run', dir, 'Hello', '--input', '1', '--data', data, '--id', 'one', '--json');
    assert.equal(first.code, 0, first.stderr);
    const copy = path.join(folder, 'damaged-copy');
    await cp(data, copy, { recursive: true });
    const emulator = spawn(process.execPath, [cli, 'start', dir, '--port', '0', '--data', copy, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(emulator);
    const ready = await new Promise<{ managementUrl: string; key: string }>((resolve) => {
      emulator.stdout.once('data', (chunk: Buffer) => {
        resolve(JSON.parse(chunk.toString().split('\n')[0] ?? '') as { managementUrl: string; key: string });
      });
    });
    for (let i = 0; i < 20; i++) {
      await fetch(`${ready.managementUrl}/orchestrators/Wait/w${i}?code=${ready.key}`, { method: 'POST' });
    }
    const ended = new Promise((resolve) => emulator.once('exit', resolve));
    emulator.kill('SIGKILL');
    await ended;
    const { readdir } = await import('node:fs/promises');
    const journals = (await readdir(copy)).filter((name) => name.startsWith('journal-'));
    const file = path.join(copy, journals.sort().at(-1) ?? '');
    const bytes = await readFile(file);
    const place = bytes.length - 100;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
    await writeFile(file, bytes);
    const said = await startUntil(/http:\/\/[\s\S]*|damaged/, dir, '--data', copy);
    assert.match(said, /damaged|checksum/i);
    const list = await durascope('run', dir, 'Hello', '--input', '2', '--data', copy, '--id', 'two', '--json');
    assert.equal(list.code, 0, list.stderr);
  });
});
