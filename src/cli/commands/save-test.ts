import { DurascopeError } from '../../core/values/errors';
import { saveTest, testFrameworks, type TestFramework } from '../../emulator/save-test';
import { atMost, type Command, required } from '../command';
import { connect, connectionOptions } from '../connection';

export const saveTestCommand: Command = {
  name: 'save-test',
  takes: 'ID',
  summary: 'Keep a run as a test: a recording, and a test file that replays it with the code as it is then.',
  details:
    'The test is one of mocha, vitest, jest or node:test, whichever the package.json of the app uses, and needs the npm package durascope\n' +
    '(docs/testing-orchestrations.md). It fails when the code goes another way than the recording, and says where and why.',
  options: {
    ...connectionOptions,
    app: { value: 'DIR', help: 'The function app. Default: that of the emulator.' },
    framework: { value: 'NAME', help: `One of ${testFrameworks.join(', ')}.` },
    folder: { value: 'DIR', help: 'Where the test goes. Default: the folder test, tests or __tests__ of the app.' },
    force: { help: 'Replace files that are there.' },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const instanceId = required(args, 0, 'The instance id');
    const framework = frameworkOf(args.text('framework'));
    const folder = args.text('folder');
    const hub = await connect(args);
    const saved = await saveTest({
      hub,
      instanceId,
      appDir: args.text('app') ?? hub.info.appDir,
      replace: args.has('force'),
      ...(framework === undefined ? {} : { framework }),
      ...(folder === undefined ? {} : { folder }),
    });
    if (args.has('json')) terminal.print(JSON.stringify(saved));
    else {
      terminal.print(`Wrote ${saved.testFile} (${saved.framework}) and ${saved.recording}.`);
      if (saved.missing !== null) terminal.print(saved.missing);
    }
    return 0;
  },
};

function frameworkOf(text: string | undefined): TestFramework | undefined {
  if (text === undefined) return undefined;
  const found = testFrameworks.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  throw new DurascopeError('InvalidArgument', `--framework takes one of ${testFrameworks.join(', ')}, not '${text}'.`);
}
