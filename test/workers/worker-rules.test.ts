import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { isFunctionName } from '../../src/workers/node/app/app-layout';
import { matters } from '../../src/workers/node/app/app-watcher';
import { checkNodeVersion } from '../../src/workers/node/process/node-version';
import { readStartRequests } from '../../src/workers/supervision/start-requests';
import { Watchdog } from '../../src/workers/supervision/watchdog';
import { ManualClock } from '../support/manual-clock';

describe('start requests of an output binding', () => {
  const read = (value: unknown) => readStartRequests([{ name: 'out', bindingType: 'durableClient', value }]);

  it('are objects, lists of them, or the JSON text of either', () => {
    assert.deepEqual(read({ FunctionName: 'a' }), [{ name: 'a', input: null }]);
    assert.deepEqual(read('{"FunctionName":"a","InstanceId":"i","Input":"x"}'), [{ name: 'a', instanceId: 'i', input: '"x"' }]);
    assert.deepEqual(
      read([
        { functionName: 'a', input: 0 },
        { FunctionName: 'b', Input: false },
      ]),
      [
        { name: 'a', input: '0' },
        { name: 'b', input: 'false' },
      ],
    );
    assert.deepEqual(read({ FunctionName: 'a', InstanceId: '', Input: null }), [{ name: 'a', input: null }]);
  });

  it('without a function name are refused by the name of the binding', () => {
    for (const value of [{}, 'no json', 7, null, { FunctionName: '' }]) {
      assert.throws(
        () => read(value),
        (error) => DurascopeError.is(error, 'InvalidArgument') && error.message.includes('"out"'),
      );
    }
  });
});

describe('what a change of a file means', () => {
  it('is a reload for code and settings', () => {
    for (const file of [
      'host.json',
      'src/a.js',
      'dist/b.mjs',
      'F/function.json',
      'local.settings.json',
      'package.json',
      'x.CJS',
    ]) {
      assert(matters(file, false), file);
    }
  });

  it('is nothing for packages, data, sources to be built and everything else', () => {
    for (const file of [
      'node_modules/x/index.js',
      '.durascope/journal.json',
      '.git/config.json',
      'durascope.http.json',
      'src/a.ts',
      'readme.md',
      'a\\node_modules\\b.js',
    ]) {
      assert(!matters(file, false), file);
    }
  });

  it('is a reload for sources in TypeScript where they are what runs', () => {
    for (const file of ['src/a.ts', 'src/a.mts', 'src/a.CTS', 'src/mail.tsx', 'src/b.js']) assert(matters(file, true), file);
    for (const file of ['src/a.d.ts', 'src/a.d.mts', 'node_modules/x/index.ts', 'src/ts', 'readme.md'])
      assert(!matters(file, true), file);
  });
});

describe('the version of Node.js', () => {
  it('has to suit the app and its packages', () => {
    const engines = [
      { packageName: 'package.json of the app', range: '>=18' },
      { packageName: 'durable-functions', range: '>=22' },
    ];
    assert.equal(checkNodeVersion(engines, '22.1.0'), null);
    assert.match(checkNodeVersion(engines, '20.11.1') ?? '', /Node\.js 20\.11\.1 .*durable-functions asks for ">=22"/);
  });

  it('is not judged by a range that cannot be read', () => {
    assert.equal(checkNodeVersion([{ packageName: 'x', range: 'whatever' }], '20.0.0'), null);
  });
});

describe('the name of a function', () => {
  it('starts with a letter and is no longer than 128', () => {
    for (const name of ['a', 'A-b_c1', 'x'.repeat(128)]) assert(isFunctionName(name), name);
    for (const name of ['', '1a', '_a', 'a b', 'ä', 'host', 'HOST', 'x'.repeat(129)]) assert(!isFunctionName(name), name);
  });
});

describe('the watchdog', () => {
  it('pings after a silent quarter and calls out once after the whole time', async () => {
    const said: string[] = [];
    const clock = new ManualClock();
    const dog = new Watchdog(
      20,
      () => said.push('ping'),
      () => said.push(`silence ${String(dog.isSilent())}`),
      clock,
    );
    const pass = (ms: number): Promise<void> => {
      clock.advance(ms);
      return new Promise((resolve) => setImmediate(resolve));
    };
    dog.watch();
    await pass(4);
    assert.deepEqual(said, []);
    await pass(1);
    assert.deepEqual(said.splice(0), ['ping']);
    dog.heard();
    await pass(20);
    assert.deepEqual(said.splice(0), ['ping']);
    await pass(5);
    assert.deepEqual(said.splice(0), ['silence true']);
    await pass(100);
    assert.deepEqual(said, []);
    dog.heard();
    assert(!dog.isSilent());
    dog.rest();
    await pass(100);
    assert.deepEqual(said, []);
  });

  it('judges what has arrived and was not read yet as heard', async () => {
    const clock = new ManualClock();
    const dog = new Watchdog(
      20,
      () => undefined,
      () => assert.fail('it was heard'),
      clock,
    );
    dog.watch();
    clock.advance(25);
    dog.heard();
    await new Promise((resolve) => setImmediate(resolve));
    dog.rest();
  });

  it('does not watch when it is told to wait for ever', () => {
    const dog = new Watchdog(
      0,
      () => assert.fail(),
      () => assert.fail(),
    );
    dog.watch();
    dog.rest();
    assert(!dog.isSilent());
  });
});
