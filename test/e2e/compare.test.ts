/** `durascope compare`: a history from production, run again with the code, answered from the history. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

const goldens = path.join(projectRoot, 'test', 'goldens');
const hello = { name: 'HelloCities', instanceId: 'hello-7', runtimeStatus: 'Completed', input: null, customStatus: null };
const at = (seconds: number): string => new Date(Date.UTC(2025, 2, 1) + seconds * 1000).toISOString();

function statusOf(cities: readonly string[], output: unknown): string {
  const answers = cities.map((Result, index) => ({
    EventType: 'TaskCompleted',
    Result,
    Timestamp: at(index + 1),
    ScheduledTime: at(index),
    FunctionName: 'SayHello',
  }));
  const historyEvents = [
    { EventType: 'ExecutionStarted', Timestamp: at(0), FunctionName: 'HelloCities' },
    ...answers,
    { EventType: 'ExecutionCompleted', OrchestrationStatus: 'Completed', Result: output, Timestamp: at(9) },
  ];
  return JSON.stringify({ ...hello, output, createdTime: at(0), lastUpdatedTime: at(9), historyEvents });
}

describe('durascope compare', () => {
  let folder = '';
  let programs: DurascopePrograms;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-compare-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const compare = async (text: string, ...args: string[]) => {
    const file = path.join(folder, 'history.json');
    await writeFile(file, text);
    return programs.run(['compare', file, '--app', path.join(goldens, 'app'), ...args]);
  };

  it('ends with 0 when nothing differs but ids and times; activities are answered from the history', async () => {
    // What the app's own activities would never say.
    const cities = ['one', 'two', 'three'];
    const { code, stdout, stderr } = await compare(statusOf(cities, cities));
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^ *activity SayHello +"two" +"two"$/m);
    assert.match(stdout, /The same but for ids and times\.$/m);
  });

  it('ends with 1 and marks the first difference, as text and as JSON', async () => {
    const told = statusOf(['one', 'two'], ['one', 'two']);
    const { code, stdout } = await compare(told);
    assert.equal(code, 1);
    assert.match(stdout, /^> +activity SayHello +.*only in the second$/m);
    assert.match(stdout, /docs\/fidelity\.md/);
    const json = await compare(told, '--json');
    assert.equal(json.code, 1);
    const report = JSON.parse(json.stdout) as { instanceId: string; isSame: boolean; notes: string[] };
    assert.deepEqual([report.instanceId, report.isSame, report.notes], ['hello-7', false, []]);
  });

  it('events come when they came, on a clock that jumps; the status of a recording will do', async () => {
    const historyEvents = [
      { EventType: 'ExecutionStarted', Timestamp: at(0), FunctionName: 'TimerCancelled' },
      { EventType: 'TimerCreated', FireAt: at(600), Timestamp: at(0) },
      { EventType: 'EventRaised', Name: 'go', Input: 'null', Timestamp: at(300) },
      { EventType: 'ExecutionCompleted', OrchestrationStatus: 'Completed', Result: 'event', Timestamp: at(300) },
    ];
    const body = {
      ...hello,
      name: 'TimerCancelled',
      output: 'event',
      createdTime: at(0),
      lastUpdatedTime: at(300),
      historyEvents,
    };
    const { code, stdout, stderr } = await compare(JSON.stringify({ name: 'x', steps: [], status: { status: 200, body } }));
    assert.equal(code, 0, stdout + stderr);
  });

  it('says where the real engine goes another way on purpose', async () => {
    const recorded = await readFile(path.join(goldens, 'recordings', 'unknown-activity.json'), 'utf8');
    const { code, stdout } = await compare(recorded);
    assert.equal(code, 1);
    assert.match(stdout, /^Status +Running != Failed$/m);
  });

  const bad: [what: string, args: string[], said: RegExp][] = [
    ['no file', ['compare'], /The file with the history is missing/],
    ['a file that is not there', ['compare', 'none.json', '--app', '.'], /none\.json/],
    [
      'a folder that is not there',
      ['compare', 'x.json', '--app', 'nowhere'],
      /There is no folder '.*nowhere'\. Name the app with --app\./,
    ],
    ['a file without a history', ['compare', 'package.json', '--app', '.'], /holds no history/],
  ];
  for (const [what, args, said] of bad) {
    it(`ends with 2 and says what is wrong: ${what}`, async () => {
      await writeFile(path.join(folder, 'package.json'), '{"name":"x"}');
      const { code, stderr } = await programs.run(args);
      assert.equal(code, 2);
      assert.match(stderr, said);
    });
  }
});
