import assert from 'node:assert/strict';
import { thrownIn } from '../../src/core/values/serialised-exception';
import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { WorkerFixture, type RunningApp } from './worker-fixture';

describe('activities of programming model v4', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('commonjs');
  });
  after(() => fixture.cleanUp());

  it('get their input out of the array and give their result as JSON', async () => {
    assert.deepEqual(await app.activity('sayHello', 'Tokyo'), { ok: true, result: '"Hello, Tokyo!"' });
  });

  it('keep the type of every input', async () => {
    for (const [input, seen] of [
      ['123', 'string "123"'],
      ['{"a":1}', 'string "{\\"a\\":1}"'],
      [123, 'number 123'],
      // As .NET writes it.
      [true, 'string "True"'],
      [[1, 'a'], 'object [1,"a"]'],
      [{ a: { b: null } }, 'object {"a":{"b":null}}'],
      ['', 'string ""'],
      [0, 'number 0'],
      ['ä€𝄞\u2028', 'string "ä€𝄞\u2028"'],
    ] as const) {
      assert.equal(await app.result('typeOf', input), seen);
    }
    assert.equal(await app.result('typeOf', null), 'undefined undefined');
  });

  it('(d) keep falsy results', async () => {
    for (const value of [0, '', [], {}]) {
      assert.deepEqual(await app.activity('echo', value), { ok: true, result: JSON.stringify(value) });
    }
    assert.deepEqual(await app.activity('nothing'), { ok: true, result: null });
  });

  it('give bytes as base64 text', async () => {
    assert.deepEqual(await app.activity('bytes'), { ok: true, result: '"YWJj"' });
  });

  it('fail with the reason and details that the history shows', async () => {
    const outcome = await app.activity('fails', 'boom');
    assert(!outcome.ok);
    assert.equal(outcome.reason, "Activity function 'fails' failed:  boom");
    const thrown = thrownIn(outcome.details);
    assert.equal(thrown?.message, 'boom');
    assert.match(thrown.stack, /^RangeError: boom\n.*activities\.js:\d+/s);
    assert.match(outcome.details, /^\{"\$type":"System\.Exception, System\.Private\.CoreLib",.*"Message":" boom"/);
    assert.equal(outcome.failureDetails, undefined);
  });

  it('may throw what is not an error', async () => {
    const outcome = await app.activity('throwsText');
    assert(!outcome.ok);
    assert.equal(outcome.reason, "Activity function 'throwsText' failed:  just text");
  });

  it('that are not there fail by the name of those that are', async () => {
    const outcome = await app.activity('helloCities');
    assert(!outcome.ok);
    assert.match(outcome.reason, /^The function 'helloCities' doesn't exist, is disabled, or is not an activity function\./);
    assert.match(outcome.reason, /The following are the known activity functions: 'sayHello', 'echo'/);
  });

  it('are found ignoring case', async () => {
    assert.equal(await app.result('SAYHELLO', 'you'), 'Hello, you!');
  });

  it('see their instance in the trigger metadata', async () => {
    const facts = (await app.result('contextFacts', { Some: { Key: 1 } })) as Record<string, unknown>;
    assert.equal(facts['functionName'], 'contextFacts');
    assert.equal(facts['trigger'], 'activityTrigger');
    const metadata = facts['triggerMetadata'] as Record<string, unknown>;
    assert.equal(metadata['instanceId'], 'instance');
    assert.deepEqual(metadata['data'], { some: { key: 1 } });
  });

  it('see there what the input holds, as the Functions host has it', async () => {
    const input = { Text: 'a', number: '5', yes: false, inner: { Deep: 1 }, list: [1], none: null, instanceId: 'of the order' };
    const { triggerMetadata } = (await app.result('contextFacts', input)) as { triggerMetadata: Record<string, unknown> };
    const { data, ...rest } = triggerMetadata;
    assert.equal(typeof data, 'object');
    const shown = { text: 'a', number: 5, yes: 'False', inner: { deep: 1 }, instanceId: 'of the order' };
    assert.deepEqual(Object.fromEntries(Object.keys(shown).map((key) => [key, rest[key]])), shown);
    assert.equal('list' in rest || 'none' in rest, false);
  });

  it('see the settings of the app, and nothing of the handshake', async () => {
    const dir = await realpath(app.dir);
    assert.deepEqual(await app.result('environment'), {
      cwd: dir,
      setting: 'from local settings',
      hostname: 'localhost:7099',
      runtime: 'node',
      environment: 'Development',
      root: app.dir,
      loadOrder: ['index', 'activities', 'http', 'orchestrations'],
    });
  });

  it('get a durable client that knows the URLs', async () => {
    assert.match(String(await app.result('withClient')), /instances\/abc\/statusQueryGetUri$/);
  });

  it('log under their name and instance, whether through the context or the console', async () => {
    await app.activity('logs', 'text');
    await app.logged('written');
    const lines = app.logs.filter((entry) => entry.functionName === 'logs');
    assert.deepEqual(
      lines.map(({ level, message, category, instanceId }) => [level, message, category, instanceId]),
      [
        ['information', 'log text { a: 1 }', 'user', 'instance'],
        ['trace', 'trace', 'user', 'instance'],
        ['debug', 'debug', 'user', 'instance'],
        ['information', 'info', 'user', 'instance'],
        ['warning', 'warn', 'user', 'instance'],
        ['error', 'error', 'user', 'instance'],
        ['information', 'printed 42', 'user', 'instance'],
        ['warning', 'printed warning', 'user', 'instance'],
        ['information', 'written', 'user', 'instance'],
      ],
    );
    const first = lines[0]?.place?.line ?? 0;
    assert.deepEqual(
      lines.map(({ place }) => [path.basename(place?.file ?? ''), (place?.line ?? 0) - first]),
      lines.map((_, index) => ['activities.js', index]),
    );
    assert.match(readFileSync(lines[0]?.place?.file ?? '', 'utf8').split('\n')[first - 1] ?? '', /context\.log\('log'/);
  });

  it('are warned of lines that come after their end', async () => {
    await app.activity('logsLate');
    const entry = await app.logged("Unexpected call to 'log'");
    assert.equal(entry.level, 'warning');
    await app.logged('too late');
  });

  it('may have children of their own whose output is shown', async () => {
    await app.activity('spawns');
    assert.equal((await app.logged('from a child of the app')).category, 'user');
  });

  it('get a context that is one of the library, with its members', async () => {
    const [isContext, name, keys] = (await app.result('isContext')) as [boolean, string, string[]];
    assert.equal(isContext, true);
    assert.equal(name, 'InvocationContext');
    assert.deepEqual(keys, [
      'extraInputs',
      'extraOutputs',
      'functionName',
      'invocationId',
      'options',
      'retryContext',
      'traceContext',
      'triggerMetadata',
    ]);
  });

  it('are listed with the file and the line that register them', () => {
    const fn = app.worker.functions().find(({ name }) => name === 'sayHello');
    assert.equal(path.basename(fn?.file ?? ''), 'activities.js');
    assert.equal(fn?.line, 5);
    assert.equal(fn.type, 'activity');
  });
});

describe('activities that fail with properties', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('failures');
  });
  after(() => fixture.cleanUp());

  it('have them in their failure details', async () => {
    const outcome = await app.activity('pay');
    assert(!outcome.ok);
    assert.equal(outcome.failureDetails?.ErrorType, 'PaymentError');
    assert.equal(outcome.failureDetails.ErrorMessage, 'card declined');
    assert.equal(outcome.failureDetails.IsNonRetriable, false);
    assert.deepEqual(outcome.failureDetails.Properties, { amount: 42 });
    assert.match(outcome.failureDetails.StackTrace ?? '', /index\.js/);
  });

  it('and those whose message merely looks like it have none', async () => {
    const outcome = await app.activity('plain');
    assert(!outcome.ok);
    assert.equal(outcome.failureDetails, undefined);
  });
});

describe('other triggers of programming model v4', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('commonjs');
  });
  after(() => fixture.cleanUp());

  it('are listed with their types', () => {
    const timer = app.worker.functions().find(({ name }) => name === 'everyMinute');
    assert.deepEqual([timer?.type, timer?.triggerType, timer?.schedule], ['timer', 'timerTrigger', '0 * * * * *']);
    const queue = app.worker.functions().find(({ name }) => name === 'fromQueue');
    assert.deepEqual([queue?.type, queue?.triggerType, queue?.hasDurableClient], ['other', 'queueTrigger', true]);
  });

  it('fire timers with their times', async () => {
    const result = await app.worker.invokeTimer('everyMinute', { last: '2024-01-01T00:00:00Z', next: '2024-01-01T00:01:00Z' });
    assert.deepEqual(JSON.parse(result ?? ''), {
      name: 'everyMinute',
      timer: {
        schedule: { adjustForDST: true },
        scheduleStatus: { last: '2024-01-01T00:00:00Z', lastUpdated: '2024-01-01T00:00:00Z', next: '2024-01-01T00:01:00Z' },
        isPastDue: false,
      },
    });
  });

  it('are called by hand with any input, and start instances through their output', async () => {
    const result = await app.worker.invoke('fromQueue', '{"order":7}', { Id: 'message-1' });
    assert.deepEqual(JSON.parse(result ?? ''), { message: { order: 7 }, metadata: { id: 'message-1', order: 7 } });
    assert.deepEqual(app.starts, [
      { name: 'helloCities', instanceId: 'from-queue', input: '{"order":7}' },
      { name: 'waits', input: null },
    ]);
    assert.deepEqual(JSON.parse((await app.worker.invoke('fromQueue', 'just text')) ?? ''), {
      message: 'just text',
      metadata: {},
    });
  });

  it('find the properties of what they are given beside it, which go over what is of their name', async () => {
    const result = await app.worker.invoke('fromQueue', '{"id":"order-1","paid":true,"lines":[1],"by":{"name":"A"}}', {
      Id: 'message-1',
    });
    const { metadata } = JSON.parse(result ?? '') as { metadata: unknown };
    assert.deepEqual(metadata, { id: 'order-1', paid: 'True', by: { name: 'A' } });
  });

  it('that are not there are refused with those that are', async () => {
    await assert.rejects(app.worker.invoke('nope', null), /The app has no function "nope": it has sayHello, /);
  });
});

describe('what triggers of queues, events, blobs and databases hand over when they are called by hand', () => {
  const fixture = new WorkerFixture();
  after(() => fixture.cleanUp());

  const shape = `given => (Array.isArray(given) ? given : [given]).map(each => Buffer.isBuffer(each) ? 'bytes ' + each : each === undefined ? 'nothing' : each)`;
  const rows: [trigger: Record<string, unknown>, input: string | null, given: unknown, isList: boolean][] = [
    [{ type: 'blobTrigger', path: 'in/{name}' }, 'a text', ['bytes a text'], false],
    [{ type: 'blobTrigger', path: 'in/{name}', dataType: 'string' }, '{"a":1}', ['bytes {"a":1}'], false],
    [{ type: 'blobTrigger', path: 'in/{name}' }, '"quoted"', ['bytes quoted'], false],
    [{ type: 'blobTrigger', path: 'in/{name}' }, null, ['nothing'], false],
    [{ type: 'blobTrigger', path: 'in/{name}' }, '{"$content-type":"text/plain","$content":"w6U="}', ['bytes å'], false],
    [{ type: 'blobTrigger', path: 'in/{name}' }, '{"$content":"no base64"}', ['bytes {"$content":"no base64"}'], false],
    [{ type: 'blobTrigger', path: 'in/{name}' }, '{"$content":"w6U=","a":1}', ['bytes {"$content":"w6U=","a":1}'], false],
    [{ type: 'queueTrigger', queueName: 'q' }, '{"$content":"w6U="}', [{ $content: 'w6U=' }], false],
    [{ type: 'queueTrigger', queueName: 'q' }, '"[1]"', [1], true],
    [{ type: 'queueTrigger', queueName: 'q', dataType: 'Binary' }, 'x', ['bytes x'], false],
    [
      { type: 'serviceBusTrigger', queueName: 'q', cardinality: 'many' },
      '[{"n":1},"two","{\\"n\\":3}",4]',
      [{ n: 1 }, 'two', { n: 3 }, 4],
      true,
    ],
    [{ type: 'eventHubTrigger', eventHubName: 'h', cardinality: 'Many' }, '{"n":1}', [{ n: 1 }], true],
    [
      { type: 'eventHubTrigger', eventHubName: 'h', cardinality: 'many', dataType: 'binary' },
      '["x",1,{"$content":"w6U="}]',
      ['bytes x', 'bytes 1', 'bytes å'],
      true,
    ],
    [{ type: 'eventHubTrigger', eventHubName: 'h', cardinality: 'one' }, '{"n":1}', [{ n: 1 }], false],
    [{ type: 'cosmosDBTrigger', containerName: 'c' }, '{"id":"1"}', [{ id: '1' }], true],
    [{ type: 'sqlTrigger', tableName: 't' }, '[{"Operation":0}]', [{ Operation: 0 }], true],
    [{ type: 'eventGridTrigger' }, '{"subject":"s","data":{"a":1}}', [{ subject: 's', data: { a: 1 } }], false],
  ];

  it('of a timer has the moment alone beside it: what it is given is no text for the host', async () => {
    const bindings = [
      { name: 'timer', type: 'timerTrigger', direction: 'in', schedule: '0 0 * * * *' },
      { name: '$return', type: 'queue', direction: 'out', queueName: 'q' },
    ];
    const files = {
      'package.json': '{}',
      'Tick/function.json': JSON.stringify({ bindings }),
      'Tick/index.js': 'module.exports = async ({ bindingData }, timer) => ({ given: Object.keys(timer), bindingData });',
    };
    const app = await fixture.start(null, { files });
    const result = await app.worker.invokeTimer('Tick', { isPastDue: true }, new Date(2026, 2, 9, 3, 0, 5));
    const { given, bindingData } = JSON.parse(result ?? '') as { given: unknown; bindingData: Record<string, unknown> };
    assert.deepEqual(given, ['schedule', 'scheduleStatus', 'isPastDue']);
    assert.equal(bindingData['timerTrigger'], '03/09/2026 03:00:05');
    assert.deepEqual(
      Object.keys(bindingData).filter((name) => /schedule|past/i.test(name)),
      [],
    );
  });

  it('is what the host hands over', async () => {
    const functions = rows.map(
      ([trigger], nth) =>
        `app.generic('f${nth}', { trigger: ${JSON.stringify({ ...trigger, name: 'given' })}, handler: (given) => ({ isList: Array.isArray(given), given: shape(given) }) });`,
    );
    const files = {
      'package.json': '{"main": "main.js"}',
      'main.js': `const { app } = require('@azure/functions');\nconst shape = ${shape};\n${functions.join('\n')}`,
    };
    const app = await fixture.start(null, { files });
    for (const [nth, [trigger, input, given, isList]] of rows.entries()) {
      const result = await app.worker.invoke(`f${nth}`, input);
      const expected = { isList, given };
      assert.deepEqual(JSON.parse(result ?? ''), expected, `${JSON.stringify(trigger)} ${input}`);
    }
  });
});
