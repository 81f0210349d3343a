/** `durascope explore` over the documents' samples: the built program, the real package, and no false alarm. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Ended, DurascopePrograms, projectRoot } from '../support/durascope-program';

interface Explored {
  isComplete: boolean;
  schedules: number;
  findings: { schedule: string; problem: string }[];
}

describe('durascope explore', () => {
  let folder = '';
  let programs: DurascopePrograms;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-explore-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const explore = (app: string, ...args: string[]): Promise<Ended> =>
    programs.run(['explore', ...args, '--app', path.join(projectRoot, 'examples', app)]);

  const samples: readonly (readonly [app: string, ...args: string[]])[] = [
    ['hello-cities', 'helloCities'],
    ['patterns', 'SendReminders'],
    ['patterns', 'MonitorJob'],
    ['patterns', 'BackupSiteContent', '--input', '3', '--runs', '300'],
    ['patterns', 'TryGetQuote', '--input', '{"quoteMilliseconds":1}', '--expect', '[42,"too late"]'],
    [
      'patterns',
      'ApprovalWorkflow',
      '--event',
      'ApprovalEvent=true',
      '--expect',
      '["Approved: A new chair","Escalated: A new chair"]',
    ],
    ['entities', 'CountUp', '--event', '@counter@a.add=5', '--expect', '[1,6,11]'],
    [
      'entities',
      'Transfer',
      ...['--event', '@account@savings.withdraw=950', '--runs', '300', '--expect'],
      '[{"transferred":true,"balance":900},{"transferred":false,"balance":50},{"transferred":false,"balance":-900}]',
    ],
    ['entities', 'Audit', '--event', 'Done=null'],
    ['custom-status', 'ReserveTicket', '--input', '"ann"', '--event', 'BookingConfirmed=true'],
    [
      'custom-status',
      'ReserveTicketWithTimeout',
      '--input',
      '"ann"',
      '--event',
      'BookingConfirmed=true',
      '--expect',
      '[true,false]',
    ],
  ];
  for (const [app, ...args] of samples) {
    it(`finds nothing in ${args[0] ?? ''} of ${app}`, async () => {
      const { code, stdout, stderr } = await explore(app, ...args, '--json');
      assert.equal(code, 0, `${stdout}${stderr}`);
      const { findings, schedules, isComplete } = JSON.parse(stdout) as Explored;
      assert.deepEqual(findings, []);
      assert.ok(schedules > 2 && (isComplete || args.includes('--runs')), stdout);
    });
  }

  it('prints one line that repeats what goes wrong, and a history that replays', async () => {
    const file = path.join(folder, 'found.json');
    const found = await explore('patterns', 'ApprovalWorkflow', '--event', 'ApprovalEvent=true', '--save', file);
    assert.equal(found.code, 1);
    assert.match(found.stdout, /goes wrong {2}its output is "Escalated: A new chair", not "Approved: A new chair"/);
    assert.match(found.stdout, /durascope explore ApprovalWorkflow --app .* --event 'ApprovalEvent=true' --schedule 'c0 t1'\n/);
    assert.match(found.stdout, /as a test {2}durascope save-test ApprovalWorkflow --app .* --schedule 'c0 t1'/);
    const again = await explore('patterns', 'ApprovalWorkflow', '--event', 'ApprovalEvent=true', '--schedule', 'c0 t1');
    assert.equal(again.code, 1);
    assert.match(again.stdout, /^ApprovalWorkflow: Completed "Escalated: A new chair"/);
    assert.ok((JSON.parse(await readFile(file, 'utf8')) as unknown[]).length > 5);
    const replayed = await programs.run(['replay', file, '--app', path.join(projectRoot, 'examples', 'patterns')]);
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
  });

  it('names the events that no schedule waits for, in text and in JSON', async () => {
    const given = ['patterns', 'ApprovalWorkflow', '--event', 'ApprovalEvent=true', '--event', 'approvalevent=true'] as const;
    const { code, stdout } = await explore(...given, '--expect', '["Approved: A new chair", "Escalated: A new chair"]');
    assert.equal(code, 0);
    const said =
      "'ApprovalWorkflow' waits for the event 'approvalevent' under no schedule, so that it has no effect. Did you mean 'ApprovalEvent'?";
    assert.ok(stdout.includes(`note  ${said}`), stdout);
    const json = await explore(...given, '--json');
    const { unawaited } = JSON.parse(json.stdout) as { unawaited: { event: string; message: string }[] };
    assert.deepEqual(
      unawaited.map(({ event }) => event),
      ['approvalevent'],
    );
  });

  it('writes no file where nothing goes wrong', async () => {
    const file = path.join(folder, 'nothing.json');
    const { code, stdout } = await explore('hello-cities', 'HelloCities', '--save', file);
    assert.equal(code, 0, stdout);
    await assert.rejects(readFile(file), { code: 'ENOENT' });
  });

  it('says before it begins that what it found could not be saved', async () => {
    const { code, stdout, stderr } = await explore(
      'patterns',
      'ApprovalWorkflow',
      '--save',
      path.join(folder, 'none', 'found.json'),
    );
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^Error: --save names '.*found\.json', which cannot be written: ENOENT/);
  });

  it('runs two side by side: an event that an activity of one raises comes after the time-out of the other', async () => {
    const app = path.join(folder, 'orders');
    await mkdir(path.join(app, 'node_modules'), { recursive: true });
    for (const name of ['@azure', 'durable-functions']) {
      await symlink(path.join(projectRoot, 'node_modules', name), path.join(app, 'node_modules', name), 'junction');
    }
    await writeFile(path.join(app, 'host.json'), '{ "version": "2.0" }');
    await writeFile(path.join(app, 'package.json'), '{ "main": "app.js" }');
    await writeFile(
      path.join(app, 'app.js'),
      `const df = require('durable-functions');
df.app.orchestration('Order', function* (context) {
  yield context.df.callActivity('tell', context.df.getInput());
  return 'paid';
});
df.app.activity('tell', {
  extraInputs: [df.input.durableClient()],
  handler: (id, context) => df.getClient(context).raiseEvent(id, 'Paid', 'shipped'),
});
df.app.orchestration('Ship', function* (context) {
  const paid = context.df.waitForExternalEvent('Paid');
  const late = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + context.df.getInput()));
  if ((yield context.df.Task.any([paid, late])) === late) return 'cancelled';
  late.cancel();
  return paid.result;
});
`,
    );
    const both = ['explore', 'Order', '--input', '"s1"', '--with', 'ship:s1=60000', '--app', app, '--failures', '0'];
    const found = await programs.run(both);
    assert.equal(found.code, 1, found.stdout + found.stderr);
    assert.match(found.stdout, /^Order: all [\d,]+ schedules/);
    assert.match(found.stdout, /goes wrong {2}their outputs are \["paid","cancelled"\], not \["paid","shipped"\]/);
    assert.match(found.stdout, /--with 'ship:s1=60000' .*--schedule '2\.s 2\.t0'\n/);
    assert.match(found.stdout, /goes wrong {2}'Order' \(instance 1\) ends as Failed: .*No instance with ID 's1' found/);
    const again = await programs.run([...both, '--schedule', '2.s 2.t0', '--json']);
    assert.equal(again.code, 1, again.stderr);
    const { instances, problem } = JSON.parse(again.stdout) as { instances: unknown; problem: string };
    assert.deepEqual(instances, [
      { name: 'Order', instanceId: 'explored', status: 'Completed', output: 'paid' },
      { name: 'Ship', instanceId: 's1', status: 'Completed', output: 'cancelled' },
    ]);
    assert.match(problem, /their outputs are/);
    const saved = await programs.run([
      'save-test',
      ...both.slice(1),
      '--framework',
      'node:test',
      '--schedule',
      '2.s 2.t0',
      '--json',
    ]);
    assert.equal(saved.code, 0, saved.stderr);
    const { testFile } = JSON.parse(saved.stdout) as { testFile: string };
    assert.match(await readFile(testFile, 'utf8'), /others: \[\{ orchestrator: ['"]ship['"], input: 60000, id: ['"]s1['"] \}\]/);
    for (const [withs, expected] of [
      [['Nobody'], /There is no orchestrator 'Nobody'/],
      [['=1'], /--with takes NAME=JSON or NAME:ID=JSON, not '=1'/],
      [['ship:a=1', 'ship:a=2'], /Two instances are to have the id 'a': give each its own/],
    ] as const) {
      const refused = await programs.run(['explore', 'Order', '--app', app, ...withs.flatMap((each) => ['--with', each])]);
      assert.equal(refused.code, 2, refused.stdout);
      assert.match(refused.stderr, expected);
    }
  });

  it("asks a check of the user's own, and refuses by name what it cannot explore", async () => {
    const check = path.join(folder, 'check.cjs');
    await writeFile(check, "module.exports = ({ calls }) => (calls.length > 3 ? 'a city is greeted twice' : undefined);");
    const found = await explore('hello-cities', 'HelloCities', '--check', check);
    assert.equal(found.code, 1, found.stderr);
    assert.match(found.stdout, /goes wrong {2}a city is greeted twice/);
    for (const [args, expected] of [
      [['patterns', 'ReserveTicke'], /There is no orchestrator 'ReserveTicke'/],
      [['custom-status', 'ReserveTicket'], /waits for the event 'BookingConfirmed': say what it brings with --event/],
      [['hello-cities-csharp', 'HelloCities'], /of an app of \.NET cannot be explored yet/],
      [['hello-cities', 'HelloCities', '--expect', '1'], /--expect takes a list of outputs: --expect '\[1\]'/],
      [['hello-cities', 'HelloCities', '--expect', '[]'], /--expect names no output, so that none would be right/],
      [['hello-cities', 'HelloCities', '--check', 'nowhere.cjs'], /--check names 'nowhere.cjs', which cannot be loaded/],
    ] as const) {
      const [app, ...rest] = args;
      const { code, stderr } = await explore(app, ...rest);
      assert.equal(code, 2, stderr);
      assert.match(stderr, expected);
    }
  });
});
