/** Versions, tags, scheduled starts and recursive termination, from host.json and the command line to the instance. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const code = `const { app } = require('@azure/functions');
const df = require('durable-functions');
df.app.orchestration('Version', function* (context) { return context.df.version; });
df.app.orchestration('Family', function* (context) { return yield context.df.callSubOrchestrator('Waits', null, context.df.instanceId + '-kid'); });
df.app.orchestration('Waits', function* (context) { return yield context.df.waitForExternalEvent('Go'); });
app.http('Start', {
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => ({ body: await df.getClient(context).startNew('Version', { version: request.query.get('v') }) }),
});`;

interface Shown {
  runtimeStatus: string;
  version: string;
  output: unknown;
  tags?: unknown;
}

describe('versions, tags and families from the command line', () => {
  let folder = '';
  let programs: DurascopePrograms;
  let serving: Serving;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-versions-'));
    await mkdir(path.join(folder, 'node_modules'));
    for (const name of ['@azure', 'durable-functions']) {
      await symlink(path.join(projectRoot, 'node_modules', name), path.join(folder, 'node_modules', name), 'junction');
    }
    await writeFile(path.join(folder, 'package.json'), '{ "main": "app.js" }');
    await writeFile(path.join(folder, 'app.js'), code);
    const durableTask = { defaultVersion: '2.0', versionMatchStrategy: 'CurrentOrOlder', versionFailureStrategy: 'Fail' };
    await writeFile(path.join(folder, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
    programs = new DurascopePrograms({ cwd: folder, env: { DURASCOPE_HOME: path.join(folder, 'home') } });
    serving = await programs.start([folder, '--memory']);
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function durascope(...args: string[]): Promise<unknown> {
    const { stdout, stderr } = await commandInProcess([...args, '--json'], serving.ready);
    assert.equal(stderr, '');
    return JSON.parse(stdout) as unknown;
  }

  const show = (id: string): Promise<Shown> => durascope('show', id) as Promise<Shown>;

  it('host.json gives the default version, and what may run', async () => {
    await durascope('start-instance', 'Version', '--id', 'default', '--wait');
    assert.equal((await show('default')).output, '2.0');
    await durascope('start-instance', 'Version', '--id', 'old', '--version', '1.0', '--tags', 'team=a,kind=b=c', '--wait');
    const old = await show('old');
    assert.deepEqual([old.output, old.version, old.tags], ['1.0', '1.0', { team: 'a', kind: 'b=c' }]);
    await durascope('start-instance', 'Version', '--id', 'new', '--version', '2.1', '--wait');
    assert.equal((await show('new')).runtimeStatus, 'Failed');
  });

  it('the client of the app starts a version', async () => {
    const id = await (await fetch(`${serving.ready.url}/api/Start?v=1.2`)).text();
    await serving.line((line) => line['instanceId'] === id && line['runtimeStatus'] === 'Completed');
    assert.equal((await show(id)).output, '1.2');
  });

  it('a start at a time waits for it', async () => {
    await durascope('start-instance', 'Version', '--id', 'later', '--at', '2999-01-01T00:00:00Z');
    assert.equal((await show('later')).runtimeStatus, 'Pending');
  });

  it('terminate --recursive ends sub-orchestrations too, and without it they go on', async () => {
    for (const id of ['alone', 'family']) {
      await durascope('start-instance', 'Family', '--id', id);
      await serving.line((line) => line['instanceId'] === `${id}-kid` && line['runtimeStatus'] === 'Running');
    }
    await durascope('terminate', 'alone');
    await durascope('terminate', 'family', '--recursive');
    await serving.line((line) => line['instanceId'] === 'family-kid' && line['runtimeStatus'] === 'Terminated');
    assert.deepEqual(
      [(await show('alone')).runtimeStatus, (await show('alone-kid')).runtimeStatus, (await show('family')).runtimeStatus],
      ['Terminated', 'Running', 'Terminated'],
    );
  });

  it('tags that are none are refused', async () => {
    const { code: exit, stderr } = await programs.run([
      'start-instance',
      'Version',
      '--tags',
      'oops',
      '--url',
      serving.ready.url,
    ]);
    assert.equal(exit, 1);
    assert.match(stderr, /--tags takes NAME=VALUE/);
  });
});
