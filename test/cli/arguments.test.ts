import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArguments } from '../../src/cli/arguments';
import { required } from '../../src/cli/command';
import { emulatorOptions, emulatorOptionsFrom } from '../../src/cli/emulator-options';
import { jsonArgument } from '../../src/cli/json-argument';
import { DurascopeError } from '../../src/core/values/errors';

const options = { port: { value: 'N', short: 'p', help: '' }, memory: { help: '' } };

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(DurascopeError.is(error, 'InvalidArgument'));
    return error.message;
  }
  return assert.fail('nothing was refused');
}

describe('command line arguments', () => {
  it('are positionals, switches and values in any order', () => {
    const args = parseArguments(['a', '--memory', '-p', '12', 'b', '--json'], options);
    assert.deepEqual([...args.positionals], ['a', 'b']);
    assert.equal(args.has('memory'), true);
    assert.equal(args.has('json'), true);
    assert.equal(args.number('port', 0), 12);
  });

  it('name an unknown option', () => {
    assert.match(
      refusal(() => parseArguments(['--memori'], options)),
      /--memori/,
    );
  });

  it('are not empty where that would mean the current directory, or everything', () => {
    const named = { folder: { value: 'DIR', help: '' }, id: { value: 'ID', help: '' }, reason: { value: 'TEXT', help: '' } };
    assert.match(
      refusal(() => parseArguments(['--folder', ''], named)),
      /^--folder has an empty value\. Name a folder, or leave it out\.$/,
    );
    assert.match(
      refusal(() => parseArguments(['--id='], named)),
      /^--id has an empty value\. Name an id/,
    );
    assert.equal(parseArguments(['--reason', ''], named).text('reason'), '');
    assert.match(
      refusal(() => required(parseArguments(['one', ''], named), 1, 'The name of the event')),
      /^The name of the event is empty\.$/,
    );
  });

  it('are no numbers that cannot be counted exactly', () => {
    assert.match(
      refusal(() => parseArguments(['--port', '99999999999999999999'], options).number('port', 0)),
      /^--port takes a whole number of at least 0, at most 9007199254740991, not '99999999999999999999'\.$/,
    );
  });

  it('tell what a number must be', () => {
    assert.match(
      refusal(() => parseArguments(['--port', 'x'], options).number('port', 0)),
      /--port.*'x'/,
    );
  });

  it('take a value that begins with a dash, as numbers and keys may', () => {
    const args = parseArguments(['--port', '-5', '--json'], options);
    assert.equal(args.text('port'), '-5');
    assert.equal(args.has('json'), true);
    assert.deepEqual([...parseArguments(['--', '--port', '-5'], options).positionals], ['--port', '-5']);
    assert.match(
      refusal(() => parseArguments(['--memory', '-5'], options)),
      /'-5'/,
    );
  });

  it('take a duration with a dash for no option: whoever is given it says what it takes', () => {
    const { positionals } = parseArguments(['clock', '-1h', '--json'], {});
    assert.deepEqual(positionals, ['clock', '-1h']);
    assert.throws(() => parseArguments(['-x'], {}), /Unknown option '-x'/);
  });

  it('demand the value of an option that takes one', () => {
    assert.match(
      refusal(() => parseArguments(['--port'], options)),
      /--port/,
    );
  });
});

describe('a JSON argument', () => {
  it('keeps its text as it was given', async () => {
    assert.equal(await jsonArgument(' {"a": 1e2 }', '--input'), ' {"a": 1e2 }');
    assert.equal(await jsonArgument(undefined, '--input'), undefined);
  });

  it('tells line, column and position of what is not JSON', async () => {
    await assert.rejects(
      jsonArgument('{"a":\n  }', '--input'),
      /--input is not JSON: unexpected '}' at line 2, column 3 \(position 8\)/,
    );
  });

  it('tells that it ends too early', async () => {
    await assert.rejects(jsonArgument('{"a": 1', '--data'), /ends too early/);
  });

  it('shows how a text is quoted', async () => {
    await assert.rejects(jsonArgument('Tokyo', '--input'), /'"Tokyo"'/);
  });

  it('is read from a file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-json-'));
    try {
      const file = path.join(folder, 'input.json');
      await writeFile(file, '[1]');
      assert.equal(await jsonArgument(`@${file}`, '--input'), '[1]');
      await assert.rejects(jsonArgument(`@${file}x`, '--input'), /input\.jsonx/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the options of an emulator', () => {
  const given = (...args: string[]) => emulatorOptionsFrom(parseArguments(args, emulatorOptions), '/app', () => undefined);

  it('name the rules of ids and when durable timers come due, in any case; nothing is chosen otherwise', () => {
    const { clientIdRules, durableTimers } = given('--client-id-rules', 'Engine', '--timers', 'engine');
    assert.deepEqual([clientIdRules, durableTimers], ['engine', 'engine']);
    assert.deepEqual([given().clientIdRules, given().durableTimers], [undefined, undefined]);
    assert.match(
      refusal(() => given('--client-id-rules', 'any')),
      /takes documents, engine, not 'any'/,
    );
    assert.match(
      refusal(() => given('--timers', 'off')),
      /--timers takes exact, engine, not 'off'/,
    );
  });
});
