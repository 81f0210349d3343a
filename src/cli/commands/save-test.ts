import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import { appKind } from '../../emulator/app/app-kind';
import { saveScheduleTest } from '../../emulator/saved-tests/save-schedule-test';
import { saveTest } from '../../emulator/saved-tests/save-test';
import { testFrameworks, type TestFramework, type WrittenTest } from '../../emulator/saved-tests/test-project';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';
import { exploredArguments, exploredOptions } from '../explored-arguments';

export const saveTestCommand: Command = {
  name: 'save-test',
  takes: 'ID',
  summary: 'Keep a run as a test: a recording, and a test file that replays it with the code as it is then.',
  details:
    'The test is one of mocha, vitest, jest or node:test, whichever the package.json of the app uses, and needs the npm package durascope; of an\n' +
    'app in C# it is one of xunit, in its test project or in a new one beside the app, and needs nothing (docs/testing-orchestrations.md).\n' +
    'It fails when the code goes another way than the recording, and says where and why.\n' +
    'With --schedule it keeps what `durascope explore` has found, and ID is the name of the orchestrator: the test goes through that schedule again.',
  options: {
    ...connectionOptions,
    app: { value: 'DIR', help: 'The function app. Default: that of the emulator; with --schedule the current directory.' },
    framework: { value: 'NAME', help: `One of ${testFrameworks.join(', ')}.` },
    folder: {
      value: 'DIR',
      help: 'Where the test goes. Default: the folder test, tests or __tests__ of the app; of an app in C# its test project.',
    },
    force: { help: 'Replace files that are there.' },
    schedule: {
      value: "'STEPS'",
      help: 'A schedule, as `durascope explore` printed it. The options after it are those of that line.',
    },
    ...exploredOptions,
  },
  async run(args, terminal) {
    atMost(args, 1);
    const schedule = args.text('schedule');
    const saved = schedule === undefined ? await saveRun(args) : await saveSchedule(schedule, args);
    if (args.has('json')) terminal.print(JSON.stringify(saved));
    else {
      const recording = 'recording' in saved ? ` and ${String(saved.recording)}` : '';
      terminal.print(`Wrote ${saved.testFile} (${saved.framework})${recording}.`);
      if (saved.missing !== null) terminal.print(saved.missing);
    }
    return 0;
  },
};

async function saveRun(args: ParsedArguments) {
  const instanceId = required(args, 0, 'The instance id');
  const place = placeOf(args);
  const hub = await connect(args);
  const app = args.text('app');
  if (app !== undefined && path.resolve(app) !== hub.info.appDir) {
    const row = await hub.get(instanceId);
    if (row !== undefined && (await isNodeApp(app))) await assertOrchestrators(app, [row.name]);
  }
  return saveTest({ ...place, hub, instanceId, appDir: app ?? hub.info.appDir });
}

async function saveSchedule(schedule: string, args: ParsedArguments): Promise<WrittenTest> {
  const name = required(args, 0, 'The name of the orchestrator');
  const check = args.text('check');
  const appDir = args.text('app') ?? '.';
  const explored = await exploredArguments(args);
  if (await isNodeApp(appDir)) await assertOrchestrators(appDir, [name, ...explored.others.map((each) => each.name)]);
  return saveScheduleTest({
    ...placeOf(args),
    appDir,
    explored: { name, ...explored },
    schedule,
    ...(check === undefined ? {} : { check }),
  });
}

async function isNodeApp(appDir: string): Promise<boolean> {
  return (await appKind(path.resolve(appDir))) === 'node';
}

/** `UnknownFunction` for an orchestrator that the app has not got: its test could never pass. `AppInvalid` where the app cannot be loaded. */
async function assertOrchestrators(appDir: string, [name = '', ...others]: readonly string[]): Promise<void> {
  const { exploreApp } = await import('../../emulator/emulator');
  const nothing = { input: null, events: [], runs: 1, seed: 1, expect: null, check: null, failures: 0, doubles: 0 };
  const beside = others.map((each) => ({ name: each, input: null }));
  await exploreApp({ ...nothing, appDir, name, others: beside, log: () => undefined }, () => Promise.resolve());
}

function placeOf(args: ParsedArguments) {
  const framework = frameworkOf(args.text('framework'));
  const folder = args.text('folder');
  return {
    replace: args.has('force'),
    ...(framework === undefined ? {} : { framework }),
    ...(folder === undefined ? {} : { folder }),
  };
}

function frameworkOf(text: string | undefined): TestFramework | undefined {
  if (text === undefined) return undefined;
  const found = testFrameworks.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  if (/^(nunit|mstest)$/i.test(text)) {
    throw new DurascopeError(
      'InvalidArgument',
      `A test of an app in C#, F# or Visual Basic is one of xunit, also beside tests of ${text}: it goes into a project of its own, and "dotnet test" runs both. Leave --framework out.`,
    );
  }
  throw new DurascopeError('InvalidArgument', `--framework takes one of ${testFrameworks.join(', ')}, not '${text}'.`);
}
