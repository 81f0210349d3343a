/** `durascope explore` over the documents' samples: the built program, the real package, and no false alarm. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
      [['hello-cities', 'HelloCities', '--check', 'nowhere.cjs'], /--check names 'nowhere.cjs', which cannot be loaded/],
    ] as const) {
      const [app, ...rest] = args;
      const { code, stderr } = await explore(app, ...rest);
      assert.equal(code, 2, stderr);
      assert.match(stderr, expected);
    }
  });
});
