/**
 * Every command of the command line against real emulators: as a process where that starts an app, once of each form of what it says, and else in
 * this process.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anyCommandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';
import { useHome } from '../support/use-home';

const helloCities = path.join(projectRoot, 'examples', 'hello-cities');
const customStatus = path.join(projectRoot, 'examples', 'custom-status');
const greetings = ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!'];

describe('the command line', () => {
  let folder = '';
  let env: NodeJS.ProcessEnv = {};
  let programs: DurascopePrograms;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-cli-'));
    env = { DURASCOPE_HOME: path.join(folder, 'home') };
    programs = new DurascopePrograms({ env, cwd: folder });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  describe('start', () => {
    it('says on its first line of JSON where everything is', async () => {
      const data = path.join(folder, 'ready');
      const serving = await programs.start([helloCities, '--data', data]);
      const { ready } = serving;
      assert.equal(ready.event, 'ready');
      assert.match(ready.url, /^http:\/\/localhost:\d+$/);
      assert.equal(ready.managementUrl, `${ready.url}/runtime/webhooks/durabletask`);
      assert.ok(ready.key.length >= 16);
      assert.equal(ready.dataDir, data);
      assert.equal(ready.pid, serving.process.pid);
      assert.deepEqual(
        [...ready.functions].sort((a, b) => a.name.localeCompare(b.name)),
        [
          { name: 'HelloCities', type: 'orchestrator' },
          { name: 'SayHello', type: 'activity' },
          { name: 'StartHelloCities', type: 'http', route: 'hello-cities' },
        ],
      );
      assert.equal(await serving.stop(), 0);
    });

    it('keeps its data in .durascope of the app, which git ignores, and nothing with --memory', async () => {
      const app = path.join(folder, 'own-app');
      await mkdir(app);
      await writeFile(path.join(app, 'package.json'), JSON.stringify({ main: 'app.js' }));
      await writeFile(path.join(app, 'host.json'), '{"version":"2.0"}');
      await writeFile(
        path.join(app, 'app.js'),
        `const df = require(${JSON.stringify(path.join(projectRoot, 'node_modules', 'durable-functions'))});
         df.app.orchestration('One', function* () { return 1; });`,
      );
      const inMemory = await programs.start([app, '--memory']);
      assert.equal(inMemory.ready.dataDir, null);
      await inMemory.stop();
      assert.ok(!(await readdir(app)).includes('.durascope'));
      const serving = await programs.start(['.'], { cwd: app });
      assert.equal(await realName(serving.ready.dataDir ?? ''), await realName(path.join(app, '.durascope')));
      await serving.stop();
      assert.match(await readFile(path.join(app, '.durascope', '.gitignore'), 'utf8'), /^\*$/m);
    });

    it('leaves a note with the key for the user alone, and takes it away at the end', async () => {
      const data = path.join(folder, 'noted');
      const serving = await programs.start([helloCities, '--data', data]);
      const file = path.join(data, 'emulator.json');
      const note = JSON.parse(await readFile(file, 'utf8')) as { key: string; pid: number };
      assert.equal(note.key, serving.ready.key);
      assert.equal(note.pid, serving.ready.pid);
      if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
      await serving.stop();
      await assert.rejects(stat(file));
    });

    it('has the same key and the same instances after a restart, also after a kill', async () => {
      const data = path.join(folder, 'again');
      const first = await programs.start([helloCities, '--data', data]);
      const started = await programs.run(['start-instance', 'HelloCities', '--id', 'kept', '--wait', '--url', first.ready.url]);
      assert.equal(started.code, 0, started.stderr);
      await first.kill();
      const second = await programs.start([helloCities, '--data', data]);
      assert.equal(second.ready.key, first.ready.key);
      const shown = await programs.run(['show', 'kept', '--url', second.ready.url, '--json']);
      assert.deepEqual((JSON.parse(shown.stdout) as { output: unknown }).output, greetings);
      await second.stop();
    });

    it('prints for people what it found and where, and ends cleanly', async () => {
      const child = spawn(
        process.execPath,
        [path.join(projectRoot, 'dist', 'cli.js'), 'start', helloCities, '--port', '0', '--memory', '--run', 'hellocities'],
        { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let text = '';
      let isUp = false;
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (isUp || !/Up at http/.test(text)) return;
        isUp = true;
        child.kill('SIGINT');
      });
      const code = await new Promise((resolve) => child.once('close', resolve));
      assert.equal(code, 0);
      assert.match(text, /orchestrator +HelloCities +.*src[\\/]functions[\\/]hello-cities\.js/);
      assert.match(text, /http +StartHelloCities +POST http:\/\/localhost:\d+\/api\/hello-cities/);
      assert.match(text, /EventType +Timestamp +Input +Name +Result +Status/);
      const rows = text.split('\n').filter((line) => /^(Execution|Orchestrator|Task)\w+ +\d{4}-/.test(line));
      assert.equal(rows.length, 16, text);
      assert.doesNotMatch(text, /\u001b/, 'no colours without a terminal');
    });

    // So does whatever ends what it started: timeout, systemd, a container.
    it('ends as cleanly when its whole process group is told to', async function () {
      if (process.platform === 'win32') this.skip();
      const child = spawn(
        process.execPath,
        [path.join(projectRoot, 'dist', 'cli.js'), 'start', helloCities, '--port', '0', '--memory'],
        { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
      );
      let text = '';
      let isReady = false;
      for (const output of [child.stdout, child.stderr]) {
        output.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (isReady || child.pid === undefined || !/Ready\. Press/.test(text)) return;
          isReady = true;
          process.kill(-child.pid, 'SIGTERM');
        });
      }
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0, text);
      assert.match(text, /Stopping \.\.\./);
      assert.doesNotMatch(text, /The process that runs the app ended|A new one is started/);
    });

    it('prints each URL once', async () => {
      const child = spawn(
        process.execPath,
        [path.join(projectRoot, 'dist', 'cli.js'), 'start', helloCities, '--port', '0', '--grpc-port', '0', '--memory'],
        { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let text = '';
      let isReady = false;
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        // A second one would end it at once.
        if (isReady || !/Ready\./.test(text)) return;
        isReady = true;
        child.kill('SIGINT');
      });
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
      const urls = text.match(/http:\/\/[^\s;]+/g) ?? [];
      for (const part of ['/api/hello-cities', '/runtime/webhooks/durabletask/instances?code=', '/#code=']) {
        assert.equal(urls.filter((url) => url.includes(part)).length, 1, text);
      }
      assert.deepEqual(urls, [...new Set(urls)], text);
      assert.equal(text.split('Endpoint=http').length, 2, text);
    });

    it('survives a crash of the app and finishes what was begun', async () => {
      const app = path.join(folder, 'crashing');
      await mkdir(app);
      await writeFile(path.join(app, 'package.json'), JSON.stringify({ main: 'app.js' }));
      await writeFile(path.join(app, 'host.json'), '{"version":"2.0"}');
      await writeFile(
        path.join(app, 'app.js'),
        `const df = require(${JSON.stringify(path.join(projectRoot, 'node_modules', 'durable-functions'))});
         const fs = require('node:fs');
         df.app.orchestration('Crash', function* (context) { return yield context.df.callActivity('CrashOnce', 1); });
         df.app.activity('CrashOnce', { handler: () => {
           if (fs.existsSync('crashed')) return 'second life';
           fs.writeFileSync('crashed', '');
           process.exit(7);
         } });`,
      );
      const serving = await programs.start([app, '--memory']);
      const outcome = await programs.run(['start', 'Crash', '--wait', '--json', '--url', serving.ready.url]);
      assert.equal(outcome.code, 0, outcome.stderr + serving.stderr());
      assert.equal((JSON.parse(outcome.stdout) as { output: unknown }).output, 'second life');
      await serving.line((line) => line['event'] === 'workerExited');
      await serving.stop();
    });

    it('hands a file over as the blob that would trigger a function', async () => {
      const app = path.join(folder, 'blobs');
      await mkdir(app);
      await writeFile(path.join(app, 'package.json'), JSON.stringify({ main: 'app.js' }));
      await writeFile(path.join(app, 'host.json'), '{"version":"2.0"}');
      await writeFile(
        path.join(app, 'app.js'),
        `const { app } = require(${JSON.stringify(path.join(projectRoot, 'node_modules', '@azure', 'functions'))});
         app.storageBlob('Thumbnail', { path: 'in/{name}', connection: '', handler: (blob) => blob.toString('hex') });
         app.storageQueue('Order', { queueName: 'orders', connection: '', handler: (message) => message });`,
      );
      const picture = path.join(folder, 'picture.png');
      await writeFile(picture, Buffer.from([0x89, 0, 0xff, 0x0a]));
      const serving = await programs.start([app, '--memory']);
      const invoke = (...args: string[]) =>
        anyCommandInProcess(['invoke', ...args, '--url', serving.ready.url, '--key', serving.ready.key, '--json']);
      try {
        const done = await invoke('thumbnail', '--file', picture);
        assert.equal(done.code, 0, done.stderr);
        assert.deepEqual(JSON.parse(done.stdout), { name: 'thumbnail', result: '8900ff0a' });
        const refusals: [args: string[], text: RegExp][] = [
          [['Order', '--file', picture], /No blob triggers 'Order'\..*--input @FILE/],
          [['Thumbnail', '--file', `${picture}x`], /--file names '.*picture\.pngx', which cannot be read/],
          [['Thumbnail', '--file', picture, '--input', '1'], /Either --input or --file/],
          [['Thumbnails', '--file', picture], /has no function "Thumbnails": it has Order, Thumbnail|it has Thumbnail, Order/],
        ];
        for (const [args, text] of refusals) {
          const { code, stderr } = await invoke(...args);
          assert.notEqual(code, 0, args.join(' '));
          assert.match(stderr, text);
        }
      } finally {
        await serving.stop();
      }
    });

    it('says at the root of a repository where its function apps are', async () => {
      const root = path.join(folder, 'repository');
      for (const app of ['api', 'jobs']) {
        await mkdir(path.join(root, 'packages', app), { recursive: true });
        await writeFile(path.join(root, 'packages', app, 'host.json'), '{"version": "2.0"}');
      }
      const where = /There are function apps in packages[\\/]api, packages[\\/]jobs: give the folder of one\./;
      for (const command of [
        ['start', root, '--no-grpc'],
        ['run', root, 'Hello'],
      ]) {
        const { code, stdout, stderr } = await programs.run(command);
        assert.deepEqual([code, stdout], [1, ''], command[0]);
        assert.match(stderr, where);
      }
    });

    it('does not take a folder that is missing for the name of an orchestrator', async () => {
      const { code, stderr } = await programs.run(['start', './no-such-app']);
      assert.equal(code, 1);
      assert.match(stderr, /no folder '\.\/no-such-app'/);
    });
  });

  describe('run', () => {
    it('prints one object and ends with 0 when the instance completes', async () => {
      const { code, stdout } = await programs.run(['run', helloCities, 'helloCities', '--input', '"x"', '--history', '--json']);
      assert.equal(code, 0);
      const outcome = JSON.parse(stdout) as Record<string, unknown> & { history: { EventType: string; Name?: string }[] };
      assert.deepEqual(Object.keys(outcome).sort(), [
        'customStatus',
        'history',
        'input',
        'instanceId',
        'output',
        'runtimeStatus',
      ]);
      assert.equal(outcome['runtimeStatus'], 'Completed');
      assert.equal(outcome['input'], 'x');
      assert.deepEqual(outcome['output'], greetings);
      assert.equal(outcome.history.length, 16);
      assert.equal(outcome.history[0]?.Name, 'HelloCities');
    });

    it('ends with 1 and tells the failure when the instance fails', async () => {
      const app = path.join(projectRoot, 'examples', 'patterns');
      const { code, stdout } = await programs.run(['run', app, 'CallFlakyService', '--input', '9', '--json']);
      assert.equal(code, 1);
      const outcome = JSON.parse(stdout) as { runtimeStatus: string; failure: { ErrorMessage: string } };
      assert.equal(outcome.runtimeStatus, 'Failed');
      assert.match(outcome.failure.ErrorMessage, /not available/);
    });

    it('prints the history in commit order on request', async () => {
      const { stdout } = await programs.run(['run', helloCities, 'HelloCities', '--history', '--order', 'commit', '--json']);
      const { history } = JSON.parse(stdout) as { history: { EventType: string }[] };
      assert.deepEqual(
        history.slice(0, 4).map((row) => row.EventType),
        ['OrchestratorStarted', 'ExecutionStarted', 'TaskScheduled', 'OrchestratorCompleted'],
      );
      assert.deepEqual(
        history.slice(-3).map((row) => row.EventType),
        ['TaskCompleted', 'ExecutionCompleted', 'OrchestratorCompleted'],
      );
    });

    it('gives up after --timeout with 1', async () => {
      const { code, stderr } = await programs.run(['run', customStatus, 'ReserveTicket', '--input', '"u"', '--timeout', '1']);
      assert.equal(code, 1);
      assert.match(stderr, /Waiting for the event BookingConfirmed/);
      assert.match(stderr, /did not end/);
    });

    it('takes --no-grpc as start does, and listens for no Durable Task SDK', async () => {
      const { code, stdout, stderr } = await programs.run(['run', helloCities, 'HelloCities', '--no-grpc', '--json']);
      assert.equal(code, 0, stderr);
      assert.deepEqual((JSON.parse(stdout) as { output: unknown }).output, greetings);
      assert.doesNotMatch(stdout + stderr, /Endpoint=/);
    });

    it('runs the app with the Node.js that --node names, and says so where there is none', async () => {
      const app = path.join(folder, 'says-its-node');
      await mkdir(app);
      await symlink(path.join(projectRoot, 'node_modules'), path.join(app, 'node_modules'), 'junction');
      await writeFile(path.join(app, 'host.json'), '{ "version": "2.0" }');
      await writeFile(path.join(app, 'package.json'), '{ "main": "app.js" }');
      await writeFile(
        path.join(app, 'app.js'),
        `const df = require('durable-functions');
         df.app.activity('Node', { handler: () => process.argv0 });
         df.app.orchestration('Asks', function* (context) { return yield context.df.callActivity('Node'); });`,
      );
      const named = [path.dirname(process.execPath), '.', path.basename(process.execPath)].join(path.sep);
      const { code, stdout, stderr } = await programs.run(['run', app, 'Asks', '--node', named, '--json']);
      assert.equal(code, 0, stderr);
      assert.equal((JSON.parse(stdout) as { output: unknown }).output, named);
      const nowhere = await programs.run(['run', app, 'Asks', '--node', path.join(app, 'no-node')]);
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.stderr, /could not be started with ".*no-node": .*--node PATH/);
    });

    it('suggests the orchestrator that was meant', async () => {
      const { code, stderr } = await programs.run(['run', helloCities, 'HeloCities']);
      assert.equal(code, 1);
      assert.match(stderr, /Did you mean 'HelloCities'\?/);
    });
  });

  describe('against a running emulator', () => {
    let serving: Serving;
    let leaveHome = (): void => undefined;
    before(async () => {
      leaveHome = useHome(env['DURASCOPE_HOME'] ?? '');
      serving = await programs.start([customStatus, '--data', path.join(folder, 'running')]);
    });
    after(async () => {
      leaveHome();
      await serving.stop();
    });

    async function durascope(...args: string[]): Promise<unknown> {
      const { code, stdout, stderr } = await anyCommandInProcess([...args, '--json']);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    }

    async function reserve(id: string): Promise<void> {
      assert.deepEqual(await durascope('start', 'ReserveTicket', '--input', '"u"', '--id', id), { instanceId: id });
      await serving.line((line) => line['instanceId'] === id && line['runtimeStatus'] === 'Running');
    }

    it('finds it by itself', async () => {
      const { code, stdout, stderr } = await programs.run(['start', 'E1_HelloSequence', '--wait', '--json']);
      assert.equal(code, 0, stderr);
      assert.deepEqual((JSON.parse(stdout) as { output: unknown }).output, greetings);
    });

    it('start-instance, show, raise-event and history follow one instance', async () => {
      await reserve('booking');
      await durascope('raise-event', 'booking', 'BookingConfirmed', '--data', 'true');
      await serving.line((line) => line['instanceId'] === 'booking' && line['runtimeStatus'] === 'Completed');
      const shown = (await durascope('show', 'booking')) as Record<string, unknown>;
      assert.equal(shown['name'], 'ReserveTicket');
      assert.equal(shown['input'], 'u');
      assert.equal(shown['output'], true);
      assert.deepEqual(shown['customStatus'], { message: 'Thank you for confirming your booking.' });
      const rows = (await durascope('history', 'booking')) as { EventType: string; Name?: string; Input?: string }[];
      assert.ok(rows.some((row) => row.EventType === 'EventRaised' && row.Name === 'BookingConfirmed' && row.Input === 'true'));
      const table = await programs.run(['history', 'booking']);
      assert.match(table.stdout, /^EventType +Timestamp +Input +Name +Result +Status/m);
    });

    it('instances filters by status, name and prefix', async () => {
      await reserve('list-1');
      await reserve('list-2');
      const ids = async (...filter: string[]): Promise<string[]> =>
        ((await durascope('instances', ...filter)) as { instanceId: string }[]).map((each) => each.instanceId).sort();
      assert.deepEqual(await ids('--prefix', 'list-'), ['list-1', 'list-2']);
      assert.deepEqual(await ids('--prefix', 'list-', '--status', 'completed'), []);
      assert.deepEqual(await ids('--prefix', 'list-', '--name', 'ReserveTicket', '--limit', '1'), ['list-2']);
    });

    it('suspend, resume and terminate control it', async () => {
      await reserve('held');
      await durascope('suspend', 'held', '--reason', 'lunch');
      await serving.line((line) => line['instanceId'] === 'held' && line['runtimeStatus'] === 'Suspended');
      serving.lines.length = 0;
      await durascope('resume', 'held');
      await serving.line((line) => line['instanceId'] === 'held' && line['runtimeStatus'] === 'Running');
      await durascope('terminate', 'held', '--reason', 'enough');
      await serving.line((line) => line['instanceId'] === 'held' && line['runtimeStatus'] === 'Terminated');
      assert.equal(((await durascope('show', 'held')) as { output: unknown }).output, 'enough');
    });

    it('rewind says what it is for when the instance has not failed', async () => {
      await reserve('healthy');
      const refused = await anyCommandInProcess(['rewind', 'healthy', '--reason', 'mended']);
      assert.match(refused.stderr, /only supported on failed orchestration instances/);
    });

    it('restart starts it again under a new id, or the same', async () => {
      const first = (await durascope('start', 'CityRecommender', '--input', '1', '--id', 'city', '--wait')) as object;
      assert.ok('customStatus' in first);
      const { instanceId } = (await durascope('restart', 'city')) as { instanceId: string };
      assert.notEqual(instanceId, 'city');
      assert.equal(((await durascope('show', instanceId)) as { input: unknown }).input, 1);
      assert.deepEqual(await durascope('restart', 'city', '--same-id'), { instanceId: 'city' });
    });

    it('export leaves out what the stored history does not have with --no-kept-inputs', async () => {
      await durascope('start', 'E1_HelloSequence', '--wait', '--id', 'inputs');
      const whole = await anyCommandInProcess(['export', 'inputs']);
      assert.match(whole.stdout, /"KeptInput":"\[\\"Tokyo/);
      const without = await anyCommandInProcess(['export', 'inputs', '--no-kept-inputs']);
      assert.equal(without.code, 0, without.stderr);
      assert.doesNotMatch(without.stdout, /KeptInput/);
      assert.equal(whole.stdout.match(/"TaskScheduled"/g)?.length, without.stdout.match(/"TaskScheduled"/g)?.length);
    });

    it('export writes what import takes, unfinished instances included', async () => {
      await durascope('start', 'CityRecommender', '--input', '1', '--id', 'moved', '--wait');
      const file = path.join(folder, 'moved.json');
      assert.deepEqual(await durascope('export', 'moved', '--out', file), { exported: 1, file });
      const before = await durascope('history', 'moved');
      const refused = await anyCommandInProcess(['import', file]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /Nothing was imported.*moved.*--on-conflict/);
      const renamed = (await durascope('import', file, '--on-conflict', 'rename')) as { imported: string[] };
      assert.deepEqual(renamed.imported, ['moved-imported']);
      await durascope('purge', 'moved');
      assert.deepEqual(await durascope('import', file), { imported: ['moved'], skipped: [], unfinished: [] });
      assert.deepEqual(await durascope('history', 'moved'), before);
      const printed = await programs.run(['export', 'moved']);
      assert.equal((JSON.parse(printed.stdout) as { format: string }).format, 'durascope/1');
      for (const [args, what] of [
        [['import'], /The file to import is missing/],
        [['import', path.join(folder, 'none.json')], /cannot be read/],
        [['import', file, '--on-conflict', 'ask'], /refuse, skip, replace, rename/],
        [['export', 'nobody'], /no instance 'nobody'/],
        [['export', 'moved', '--status', 'Failed'], /not both/],
      ] as const) {
        const { code, stderr } = await anyCommandInProcess(args);
        assert.equal(code, 1);
        assert.match(stderr, what);
      }
    });

    it('purge deletes ended instances and refuses others', async () => {
      await durascope('start', 'CityRecommender', '--input', '1', '--id', 'gone', '--wait');
      assert.deepEqual(await durascope('purge', 'gone'), { instancesDeleted: 1 });
      const again = await programs.run(['purge', 'gone']);
      assert.equal(again.code, 1);
      await reserve('open');
      const refused = await anyCommandInProcess(['purge', 'open']);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /open/);
      const { instancesDeleted } = (await durascope('purge', '--all')) as { instancesDeleted: number };
      assert.ok(instancesDeleted > 0);
      const left = (await durascope('instances', '--status', 'Completed,Failed,Terminated')) as unknown[];
      assert.deepEqual(left, []);
    });

    it('refuses with a code for programs and a sentence for people', async () => {
      const unknown = await programs.run(['show', 'nobody', '--json']);
      assert.equal(unknown.code, 1);
      assert.equal((JSON.parse(unknown.stderr) as { error: { code: string } }).error.code, 'InstanceNotFound');
      for (const [args, message] of [
        [['show', 'nobody'], /no instance 'nobody'/],
        [['raise-event', 'nobody', 'E'], /nobody/],
        [['terminate', 'nobody'], /nobody/],
        [['start', 'NoSuchOrchestrator'], /NoSuchOrchestrator[\s\S]*ReserveTicket/],
        [['start', 'CityRecommender', '--id', 'a#b'], /a#b|'#'/],
        [['start', 'CityRecommender', '--input', '{'], /not JSON/],
        [['history', 'x', '--order', 'up'], /'commit' or 'display'/],
        [['instances', '--status', 'Busy'], /'Busy' is no runtime status/],
        [['purge'], /--all/],
        [['instanses'], /Did you mean 'instances'/],
        [['show'], /instance id is missing/],
        [['entity'], /What to do .* is missing/],
        [['entity', 'dance'], /'dance' is nothing to do with entities/],
        [['entity', 'show', '@nobody@a'], /There is no entity '@nobody@a'/],
        [['entity', 'signal', '@nobody@a', 'add'], /'nobody' doesn't exist.* not an entity function/],
        [['entity', 'signal', 'nobody', 'add'], /not the id of an entity/],
        [['entity', 'signal', '@a@b'], /The operation is missing/],
        [['show', 'a', 'b'], /'b' is one argument too many/],
        [['show', 'a', '--frob'], /--frob/],
        [['show', 'a', '--url', 'nonsense'], /--url takes an address/],
        [['show', 'a', '--url', 'http://localhost:9'], /localhost:9/],
      ] as [string[], RegExp][]) {
        const { code, stdout, stderr } = await anyCommandInProcess(args);
        assert.equal(code, 1, args.join(' '));
        assert.equal(stdout, '', args.join(' '));
        assert.match(stderr, message, args.join(' '));
        assert.doesNotMatch(stderr, / at .*\.[jt]s:\d+/, 'a refusal has no stack');
      }
    });
  });

  it('tells what to do when no emulator runs', async () => {
    const { code, stderr } = await programs.run(['instances'], { env: { DURASCOPE_HOME: path.join(folder, 'nobody-home') } });
    assert.equal(code, 1);
    assert.match(stderr, /No emulator is running\. Start one with 'durascope start/);
  });

  it('shows its version, its commands, and the options of each', async () => {
    const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
    assert.equal((await programs.run(['--version'])).stdout.trim(), version);
    const { stdout } = await programs.run(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2}/gm)].map((match) => match[1] ?? '');
    assert.ok(names.length >= 12);
    for (const name of names) {
      const help = await anyCommandInProcess([name, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`^durascope ${name}`));
      assert.match(help.stdout, /--json/);
    }
  });
});

/** Temporary folders may be reached through links. */
async function realName(file: string): Promise<string> {
  const { realpath } = await import('node:fs/promises');
  return realpath(file);
}
