/** `durascope replay`: does the code still replay a history. */
import { type OrchestrationContext, TaskHubGrpcClient, TaskHubGrpcWorker, type TOrchestrator } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const examples = path.join(projectRoot, 'examples');

describe('durascope replay', () => {
  let folder = '';
  let programs: DurascopePrograms;
  /** The status of a finished HelloCities with its history, as production answers it. */
  let status = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-replay-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
    const serving = await programs.start([path.join(examples, 'hello-cities'), '--memory']);
    const { url, managementUrl } = serving.ready;
    const answer = await fetch(`${url}/api/hello-cities`, { method: 'POST' });
    const { id } = (await answer.json()) as { id: string };
    const query = `code=${serving.ready.key}&showHistory=true&showHistoryOutput=true&showInput=true`;
    for (;;) {
      const now = await fetch(`${managementUrl}/instances/${id}?${query}`);
      status = await now.text();
      if (now.status === 200) break;
    }
    await serving.stop();
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const replay = async (text: string, ...args: string[]) => {
    const file = path.join(folder, 'history.json');
    await writeFile(file, text);
    return programs.run(['replay', file, ...args]);
  };

  for (const app of ['hello-cities', 'hello-cities-ts']) {
    it(`ends with 0 when the code replays the history, whatever language it is written in (${app})`, async () => {
      const { code, stdout, stderr } = await replay(status, '--app', path.join(examples, app));
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^replays {2}HelloCities \(\w+\): 4 steps, completed$/m);
    });
  }

  it('ends with 1 and the first difference when it does not', async () => {
    const tampered = status.replace('"FunctionName":"SayHello"', '"FunctionName":"SayGoodbye"');
    const { code, stdout } = await replay(tampered, '--app', path.join(examples, 'hello-cities-ts'), '--json');
    assert.equal(code, 1);
    const report = JSON.parse(stdout) as {
      replays: boolean;
      divergence: { recorded: string; actual: string; place: { file: string; line: number } };
    };
    assert.equal(report.replays, false);
    assert.equal(report.divergence.recorded, 'activity SayGoodbye #0');
    assert.equal(report.divergence.actual, 'activity SayHello #0');
    assert.equal(path.basename(report.divergence.place.file), 'hello-cities.ts');
    const readable = await replay(tampered, '--app', path.join(examples, 'hello-cities-ts'));
    assert.equal(readable.code, 1);
    assert.match(readable.stdout, /^differs {2}HelloCities/m);
    assert.match(readable.stdout, /hello-cities\.ts:\d+:\d+/);
  });

  it('ends with 2 when that cannot be found out, and says why', async () => {
    const app = path.join(examples, 'hello-cities');
    const failures: [RegExp, string, string[]][] = [
      [/no JSON and no table/, 'nothing', ['--app', app]],
      [/no orchestrator "Gone"/, status, ['--app', app, '--function', 'Gone']],
      [/has no instance 'x'/, status, ['--app', app, '--instance', 'x']],
      [/does not exist/, status, ['--app', path.join(folder, 'nowhere')]],
    ];
    for (const [message, text, args] of failures) {
      const { code, stderr } = await replay(text, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const missing = await programs.run(['replay', 'no-such-file.json', '--app', app]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /cannot be read/);
  });

  describe('with a running emulator', () => {
    let serving: Serving;
    let program: TaskHubGrpcWorker;
    let client: TaskHubGrpcClient;
    let instanceId = '';
    before(async () => {
      serving = await programs.start([path.join(examples, 'hello-cities'), '--memory', '--grpc-port', '0']);
      const { grpc } = serving.ready as unknown as { grpc: { port: number } };
      const connection = { hostAddress: `localhost:${grpc.port}`, logger: silent };
      client = new TaskHubGrpcClient(connection);
      program = new TaskHubGrpcWorker(connection);
      // eslint-disable-next-line @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield
      program.addNamedOrchestrator('Tour', async function* (context: OrchestrationContext) {
        const greeting: unknown = yield context.callActivity('Greet', 'Tokyo');
        context.setCustomStatus({ greeting });
        return greeting;
      } as TOrchestrator);
      program.addNamedActivity('Greet', (_, city) => `Hello ${String(city)}!`);
      await program.start();
      instanceId = await client.scheduleNewOrchestration('Tour');
      await client.waitForOrchestrationCompletion(instanceId, true, 30);
    });
    after(async () => {
      await program.stop();
      await client.stop();
      await serving.stop();
    });
    const run = (...args: string[]) => programs.run(['replay', ...args]);

    it('asks the connected program that runs an instance', async () => {
      const { code, stdout, stderr } = await run('--instance', instanceId, '--url', serving.ready.url);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^replays {2}Tour \([\w-]+\): 2 steps, completed$/m);
      assert.match(stdout, /connected JavaScript program/);
    });

    it('prints every moment, and finds the emulator by itself', async () => {
      const { code, stdout, stderr } = await run('--instance', instanceId, '--steps');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^1 +started +\d+ +ExecutionStarted Tour +Greet #1$/m);
      assert.match(stdout, /^2 +completed +\d+ +.*TaskCompleted.* +the end +\{"greeting":"Hello Tokyo!"\}$/m);
      const json = await run('--instance', instanceId, '--steps', '--json');
      const { timeline } = JSON.parse(json.stdout) as { timeline: { asked: string[]; customStatus: string | null }[] };
      assert.deepEqual(
        timeline.map(({ asked, customStatus }) => [asked, customStatus]),
        [
          [['Greet #1'], null],
          [['the end'], '{"greeting":"Hello Tokyo!"}'],
        ],
      );
    });

    it('runs the code of the app for an instance of the app', async () => {
      const started = await fetch(`${serving.ready.url}/api/hello-cities`, { method: 'POST' });
      const { id } = (await started.json()) as { id: string };
      await programs.run(['show', id, '--url', serving.ready.url]);
      const { code, stdout, stderr } = await run('--instance', id, '--steps');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^replays {2}HelloCities \(\w+\)/m);
      assert.match(stdout, /^Step +Moment +Row +Came in +Asked for +Waits at$/m);
      assert.match(stdout, /^1 +started .*SayHello #0 +\S*\.(js|ts):\d+$/m);
    });

    it('asks connected programs about a history from a file', async () => {
      const exported = path.join(folder, 'tour.json');
      const { code: exit, stderr: problem } = await programs.run([
        'export',
        instanceId,
        '--out',
        exported,
        '--url',
        serving.ready.url,
      ]);
      assert.equal(exit, 0, problem);
      const { code, stdout, stderr } = await run(exported, '--connected', '--url', serving.ready.url);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^replays {2}Tour/m);
      const text = await readFile(exported, 'utf8');
      await writeFile(exported, text.replaceAll('Greet', 'Welcome'));
      const changed = await run(exported, '--connected');
      assert.equal(changed.code, 1, changed.stderr);
      assert.match(changed.stdout, /recorded {2}activity Welcome #1\n {2}now {7}activity Greet #1/);
    });

    it('says what is missing, with 2', async () => {
      for (const [args, message] of [
        [[], /file with the history is missing, or --instance/],
        [['--instance', 'nobody'], /no instance 'nobody'/],
        [['--instance', instanceId, '--url', 'http://localhost:1'], /Nothing answers/],
        [['history.json', '--url', serving.ready.url], /--url .* goes with --connected/],
        [['order-1', '--url', serving.ready.url], /--url .* instance of it is named by --instance/],
        [['order-1'], /'order-1' cannot be read.*\. An instance of a running emulator is named by --instance\./],
        [['history.json', '--connected', '--app', '.'], /Either --app or --connected/],
      ] as const) {
        const { code, stderr } = await run(...args);
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
      }
      const { code, stderr } = await replay(status, '--connected');
      assert.equal(code, 2);
      assert.match(stderr, /JavaScript.*HelloCities|HelloCities.*start the program|does not have/);
    });
  });
});
