/** `durascope replay`: does the code still replay a history. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

const examples = path.join(projectRoot, 'examples');

describe('durascope replay', function () {
  this.timeout(90_000);
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
});
