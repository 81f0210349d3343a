import assert from 'node:assert/strict';
import type { ConnectedWorker } from '../../src/core/ports/connected-worker';
import type { FunctionDescriptor } from '../../src/core/ports/function-worker';
import type { AppErrorEvent } from '../../src/emulator/emulator-types';
import { isDurableApp, namesDurableTaskSdk } from '../../src/vscode/models/app-folder';
import { targetIds, targetName } from '../../src/vscode/models/command-targets';
import type { HubClockState } from '../../src/core/ports/hub-clock';
import { clockLine, isOrdinary, nextText, shortClockText } from '../../src/vscode/models/clock-text';
import { emulatorLines, statusBarText, type EmulatorStatus } from '../../src/vscode/models/emulator-status';
import { connectedTree, functionsTree, runnableFunctions } from '../../src/vscode/models/functions-tree';
import { findJsonMistake } from '../../src/base/json-text';
import { droppedAddresses } from '../../src/vscode/models/dropped-files';
import { buildOf, isBuildDue } from '../../src/base/build-need';
import { jsonOrNull, jsonProblemText } from '../../src/vscode/models/json-input';
import { StartMemory } from '../../src/vscode/models/start-memory';

describe('the functions view', () => {
  const functions: FunctionDescriptor[] = [
    { name: 'b', type: 'activity', triggerType: 'activityTrigger' },
    { name: 'a', type: 'activity', triggerType: 'activityTrigger', file: '/app/a.js' },
    { name: 'o', type: 'orchestrator', triggerType: 'orchestrationTrigger', file: '/app/o.js' },
    { name: 'h', type: 'http', triggerType: 'httpTrigger', route: 'orders', methods: ['GET', 'POST'] },
    { name: 'p', type: 'http', triggerType: 'httpTrigger', route: 'orders/{id}', methods: [] },
    { name: 't', type: 'timer', triggerType: 'timerTrigger', schedule: '0 */5 * * * *' },
    { name: 'q', type: 'other', triggerType: 'queueTrigger' },
  ];

  it('shows kinds in a fixed order, their functions by name, and no empty kinds', () => {
    const tree = functionsTree(functions, 'http://localhost:7071', 'api');
    assert.deepEqual(
      tree.map((group) => [group.label, group.functions.map((each) => each.label)]),
      [
        ['Orchestrators', ['o']],
        ['Activities', ['a', 'b']],
        ['HTTP', ['h', 'p']],
        ['Timers', ['t']],
        ['Other', ['q']],
      ],
    );
  });

  it('shows the code of every function of the app at a click, also where its worker tells no file (C#)', () => {
    const all = functionsTree(functions, 'http://localhost:7071', 'api').flatMap((group) => group.functions);
    assert.deepEqual([all.length, all.filter(({ opensCode }) => opensCode).length], [functions.length, functions.length]);
  });

  it('knows the address of a route and what a menu may offer', () => {
    const [, , http] = functionsTree(functions, 'http://localhost:7071', 'api');
    assert.deepEqual(
      http?.functions.map((each) => [each.url, each.contextValue, each.description]),
      [
        ['http://localhost:7071/api/orders', 'function http get', 'GET, POST /orders'],
        ['http://localhost:7071/api/orders/{id}', 'function http', '/orders/{id}'],
      ],
    );
    assert.deepEqual(
      runnableFunctions(functions).map((each) => each.name),
      ['t', 'q', 'a', 'b'],
    );
    assert.equal(
      functionsTree(functions, 'http://localhost:7071', 'api')[3]?.functions[0]?.contextValue,
      'function timer runnable',
    );
    assert.equal(functionsTree(functions, 'http://localhost:1', '')[2]?.functions[0]?.url, 'http://localhost:1/orders');
  });
});

describe('programs that have connected', () => {
  const worker: ConnectedWorker = {
    id: '1',
    language: 'Python',
    sdk: 'durabletask-python/1.2.0',
    workerId: null,
    hubName: 'default',
    connectedAt: '2024-01-01T00:00:00.000Z',
    orchestrators: ['b', 'a'],
    activities: ['say'],
    entities: [],
    isAnnounced: false,
  };

  it('stand in the functions view with what they run', () => {
    assert.deepEqual(
      connectedTree([worker]).map((group) => [group.label, group.functions.map((each) => each.label)]),
      [['Python program', ['a', 'b', 'say']]],
    );
  });

  it('stand in the emulator view beside the app process, with where others connect', () => {
    const connectionString = 'Endpoint=http://localhost:8080;Authentication=None;TaskHub=default';
    const status: EmulatorStatus = {
      type: 'running',
      url: 'http://localhost:7071',
      managementUrl: 'http://localhost:7071/m',
      dataDir: null,
      worker: { type: 'loading' },
      isDebugging: false,
    };
    const lines = emulatorLines(status, 'app', { connectionString, workers: [worker] });
    const by = (label: string): unknown => lines.find((line) => line.label === label)?.description;
    assert.equal(by('Python program'), 'durabletask-python/1.2.0, hub default, 2 orchestrators, 1 activity');
    assert.equal(by('Durable Task SDKs'), connectionString);
  });
});

describe('JSON that is typed', () => {
  it('is fine when it is one value, or nothing', () => {
    for (const text of ['', '  ', '1', 'null', '"x"', '{"a":[1,2,{"b":null}]}', '\n[]\n'])
      assert.equal(findJsonMistake(text), undefined, text);
    assert.equal(jsonOrNull('  '), null);
    assert.equal(jsonOrNull('1'), '1');
  });

  it('is marked where it goes wrong', () => {
    const problem = findJsonMistake('{\n  "a": 1,\n  "b": oops\n}');
    assert.deepEqual([problem?.line1, problem?.column1, problem?.length], [3, 8, 4]);
    assert.deepEqual([findJsonMistake('[1,]')?.offset, findJsonMistake('{"a" 1}')?.message], [3, 'A colon is expected']);
    assert.equal(findJsonMistake('{"a":1')?.message, 'The text ends too early');
    assert.equal(findJsonMistake("{'a':1}")?.message, 'Texts need double quotes');
    assert.ok((findJsonMistake('{"a":1} 2')?.offset ?? 0) >= 7);
    assert.ok(findJsonMistake('// note\n1') !== undefined);
  });

  it('reminds of quotes, and shows the place where only words can', () => {
    assert.match(jsonProblemText('hello world') ?? '', /written with its quotes: "hello world"/);
    assert.equal(jsonProblemText('{"a":1,}'), 'A comma before the closing brace is not allowed (line 1, column 8): {"a":1,▸}');
  });
});

describe('remembered inputs', () => {
  function memory(): StartMemory {
    const values = new Map<string, unknown>();
    return new StartMemory({
      get: (key) => values.get(key),
      update: (key, value) => {
        values.set(key, value);
        return Promise.resolve();
      },
    });
  }

  it('are kept for each orchestrator, newest first, each once, ten of them', async () => {
    const starts = memory();
    for (let at = 0; at < 12; at++) await starts.remember('HelloCities', String(at));
    await starts.remember('hellocities', '5');
    assert.deepEqual(starts.inputs('helloCities'), ['5', '11', '10', '9', '8', '7', '6', '4', '3', '2']);
    assert.deepEqual(starts.inputs('other'), []);
  });

  it('survive a memory that holds something else', () => {
    const starts = new StartMemory({ get: () => ({ broken: true }), update: () => Promise.resolve() });
    assert.deepEqual(starts.inputs('x'), []);
  });

  it('put the orchestrator started last in front', async () => {
    const starts = memory();
    await starts.rememberOrchestrator('b');
    assert.deepEqual(starts.lastFirst(['a', 'b', 'c']), ['b', 'a', 'c']);
  });
});

describe('what a command is meant for', () => {
  const node = (id: string) => ({ type: 'instance', row: { instanceId: id } });

  it('is all selected nodes when the menu passes them', () => {
    assert.deepEqual(targetIds([node('a'), [node('a'), node('b'), { type: 'group' }]], [node('z')]), ['a', 'b']);
  });
  it('is the node alone from an inline button', () => {
    assert.deepEqual(targetIds([node('a')], [node('z')]), ['a']);
    assert.deepEqual(targetIds([node('a'), undefined], [node('z')]), ['a']);
  });
  it('is the selection of the view from the palette or a key', () => {
    assert.deepEqual(targetIds([], [node('y'), node('z')]), ['y', 'z']);
  });
  it('is an id, or several, from elsewhere', () => {
    assert.deepEqual(targetIds(['x'], []), ['x']);
    assert.deepEqual(targetIds([['x', 'y', 'x']], []), ['x', 'y']);
    assert.deepEqual(targetIds([{ instanceId: 'p' }], []), ['p']);
    assert.deepEqual(targetIds([null], []), []);
  });
  it('is an orchestrator by its name or its node', () => {
    assert.equal(targetName(['o']), 'o');
    assert.equal(targetName([{ type: 'function', name: 'o' }]), 'o');
    assert.equal(targetName([]), undefined);
  });
});

describe('a function app with durable functions', () => {
  it('is told by its package or by its host.json', () => {
    const packageJson = JSON.stringify({ dependencies: { 'durable-functions': '^3.0.0' } });
    assert.equal(isDurableApp({ packageJson, hostJson: '{ "version": "2.0", // note\n }' }), true);
    assert.equal(isDurableApp({ packageJson: '{}', hostJson: '{"version":"2.0","extensions":{"durableTask":{}}}' }), true);
    assert.equal(isDurableApp({ packageJson: '{"dependencies":{"express":"4"}}', hostJson: '{"version":"2.0"}' }), false);
    const project = (reference: string): string => `<Project><PackageReference Include="${reference}" /></Project>`;
    const isolated = project('Microsoft.Azure.Functions.Worker.Extensions.DurableTask');
    assert.equal(isDurableApp({ packageJson: undefined, hostJson: '{"version":"2.0"}', projects: [isolated] }), true);
    const other = project('Microsoft.Azure.Functions.Worker.Extensions.Http');
    assert.equal(isDurableApp({ packageJson: undefined, hostJson: '{"version":"2.0"}', projects: [other] }), false);
    const functionJsons = ['{ "bindings": [{ "name": "Context", "type": "orchestrationTrigger" }] }'];
    assert.equal(isDurableApp({ packageJson: undefined, hostJson: '{"version":"2.0"}', functionJsons }), true);
    assert.equal(isDurableApp({ packageJson, hostJson: undefined }), false);
    assert.equal(isDurableApp({ packageJson: 'broken {', hostJson: '[]' }), false);
  });
});

describe('a program of the Durable Task SDKs', () => {
  const named: Readonly<Record<string, string>> = {
    'package.json': '{ "dependencies": { "@microsoft/durabletask-js": "^0.1.0" } }',
    'package.json of the scheduler': '{ "dependencies": { "@microsoft/durabletask-js-azuremanaged": "^0.1.0" } }',
    'requirements.txt': 'azure-identity\ndurabletask.azuremanaged>=1.0\n',
    'pyproject.toml': 'dependencies = [ "durabletask ~= 1.0" ]',
    'go.mod': 'require github.com/microsoft/durabletask-go v0.6.0',
    'pom.xml': '<groupId>com.microsoft</groupId><artifactId>durabletask-client</artifactId>',
    'build.gradle': "implementation 'com.microsoft:durabletask-client:1.5.0'",
    'a .csproj': '<PackageReference Include="Microsoft.DurableTask.Worker.Grpc" Version="1.10.0" />',
  };
  for (const [file, text] of Object.entries(named)) {
    it(`is told by its ${file}`, () => assert.equal(namesDurableTaskSdk(text), true));
  }

  const others: Readonly<Record<string, string>> = {
    'a function app in JavaScript': '{ "dependencies": { "durable-functions": "^3.0.0" } }',
    'a function app in .NET':
      '<PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.DurableTask" Version="1.0.0" />',
    'the framework of old': '<PackageReference Include="Microsoft.Azure.DurableTask.Core" Version="2.0.0" />',
    'something else': 'my_durabletasks==1.0\nflask\n',
  };
  for (const [what, text] of Object.entries(others)) {
    it(`is not ${what}`, () => assert.equal(namesDurableTaskSdk(text), false));
  }
});

describe('the state of the emulator', () => {
  const running: EmulatorStatus = {
    type: 'running',
    url: 'http://localhost:7071',
    managementUrl: 'http://localhost:7071/runtime/webhooks/durabletask',
    dataDir: null,
    worker: { type: 'ready', pid: 7 },
    isDebugging: false,
  };
  const all: EmulatorStatus[] = [
    { type: 'stopped' },
    { type: 'starting' },
    { type: 'starting', isBuilding: true },
    { type: 'stopping' },
    { type: 'failed', message: 'Port 7071 is taken.' },
    running,
    { ...running, isDebugging: true },
    { ...running, worker: { type: 'loading' } },
    { ...running, worker: { type: 'broken', error: { type: 'appError', message: 'does not build' } } },
    { ...running, worker: { type: 'exited', message: 'ended' } },
  ];
  const withoutApp: EmulatorStatus = { ...running, worker: { type: 'none' } };

  it('has a text of its own in the status bar, and a tooltip that says more', () => {
    assert.equal(new Set(all.map((status) => JSON.stringify(statusBarText(status, 'shop')))).size, all.length);
    assert.match(statusBarText(running, 'shop').text, /:7071/);
    assert.equal(statusBarText({ type: 'stopped' }, 'shop').command, 'start');
    assert.equal(statusBarText({ type: 'failed', message: 'm' }, 'shop').tooltip, 'm');
  });

  it('lists its facts while it runs', () => {
    assert.deepEqual(emulatorLines({ type: 'stopped' }, 'shop'), []);
    assert.deepEqual(
      emulatorLines(running, 'shop').map((each) => [each.label, each.description]),
      [
        ['App', 'shop'],
        ['App process', 'running (process 7)'],
        ['URL', 'http://localhost:7071'],
        ['Management API', 'http://localhost:7071/runtime/webhooks/durabletask'],
        ['Data', 'in memory'],
      ],
    );
  });

  it('leads from a process that cannot be started to what helps', () => {
    const worker = (error: Omit<AppErrorEvent, 'type'>) =>
      emulatorLines({ ...running, worker: { type: 'broken', error: { type: 'appError', ...error } } }, 'shop')[1];
    assert.deepEqual(worker({ message: 'a.js:3: unexpected end', file: '/app/a.js', line: 3 }), {
      id: 'emulator:worker',
      label: 'App process',
      description: 'a.js:3: unexpected end',
      icon: 'warning',
      copies: null,
      contextValue: 'fact broken line',
    });
    assert.equal(worker({ message: 'Run npm install.', file: '/app/package.json' })?.contextValue, 'fact broken install file');
    assert.equal(worker({ message: 'npm run build failed' })?.contextValue, 'fact broken build');
  });

  it('speaks of a folder instead where there is no app', () => {
    assert.equal(statusBarText(withoutApp, 'greetings').command, 'menu');
    assert.deepEqual(
      emulatorLines(withoutApp, 'greetings')
        .slice(0, 2)
        .map((each) => [each.label, each.description]),
      [
        ['Folder', 'greetings'],
        ['URL', 'http://localhost:7071'],
      ],
    );
  });
});

describe('the build of an app', () => {
  const packageJson = JSON.stringify({ main: './dist/*.js', scripts: { build: 'tsc' } });

  it('is its script of that name, for TypeScript only', () => {
    assert.deepEqual(buildOf({ packageJson, hasTsconfig: true }), { outputs: 'dist/*.js' });
    assert.equal(buildOf({ packageJson, hasTsconfig: false }), undefined);
    assert.equal(buildOf({ packageJson: '{"main":"dist/*.js"}', hasTsconfig: true }), undefined);
    assert.equal(buildOf({ packageJson: 'no json', hasTsconfig: true }), undefined);
    assert.equal(buildOf({ packageJson: undefined, hasTsconfig: true }), undefined);
  });

  it('is due while nothing is built, and when a source is newer than what was', () => {
    assert.equal(isBuildDue([1, 2], []), true);
    assert.equal(isBuildDue([1, 5], [2, 4]), true);
    assert.equal(isBuildDue([1, 2], [2, 4]), false);
    assert.equal(isBuildDue([], []), false);
  });
});

describe("the hub's clock in the editor", () => {
  const state: HubClockState = {
    mode: 'running',
    now: '2024-01-04T04:00:00.0000000Z',
    aheadMs: 3,
    next: null,
    goingTo: null,
    busy: null,
  };
  const ahead: HubClockState = {
    ...state,
    mode: 'paused',
    aheadMs: 76 * 3_600_000,
    next: { dueAt: '2024-01-06T04:00:00.0000000Z', instanceId: 'approval', kind: 'timer' },
  };
  const running: EmulatorStatus = {
    type: 'running',
    url: 'http://localhost:7071',
    managementUrl: 'm',
    dataDir: null,
    worker: { type: 'ready', pid: 1 },
    isDebugging: false,
  };

  it("says nothing while it is the computer's", () => {
    assert.ok(isOrdinary(state));
    assert.equal(shortClockText(state), '');
    assert.equal(clockLine(state), "the computer's time");
    assert.deepEqual(statusBarText(running, 'shop', state), statusBarText(running, 'shop'));
    assert.deepEqual(emulatorLines(running, 'shop', undefined, state).at(-2)?.description, "the computer's time");
  });

  it('tells how it goes, how far ahead it is and what comes next', () => {
    assert.equal(shortClockText(ahead), 'paused');
    assert.equal(shortClockText({ ...ahead, mode: 'running' }), '3 d 4 h ahead');
    assert.equal(clockLine(ahead), 'paused, 2024-01-04 04:00:00 UTC, 3 d 4 h ahead');
    const date = "The app's own Date keeps the computer's time.";
    assert.equal(nextText(ahead), `Next: a timer of approval in 2 d 0 h. ${date}`);
    assert.equal(
      nextText({ ...ahead, goingTo: '2024-01-07T00:00:00.0000000Z', busy: 'An activity is under way.' }),
      `On its way to 2024-01-07 00:00:00 UTC. An activity is under way. ${date}`,
    );
    assert.match(statusBarText(running, 'shop', ahead).text, /:7071 \$\(watch\) paused$/);
    assert.match(statusBarText(running, 'shop', ahead).tooltip, /Clock: paused.*Next: a timer of approval/);
    assert.equal(
      emulatorLines(running, 'shop', undefined, ahead).find((line) => line.label === 'Clock')?.contextValue,
      'fact clock',
    );
    assert.deepEqual(statusBarText({ type: 'stopped' }, 'shop', ahead), statusBarText({ type: 'stopped' }, 'shop'));
  });
});

describe('what is dropped on the instances view', () => {
  it('is one address a line, without comments', () => {
    assert.deepEqual(droppedAddresses('# two\r\nfile:///a%20b.json\r\nvscode-remote://box/c.csv\n\n'), [
      'file:///a%20b.json',
      'vscode-remote://box/c.csv',
    ]);
    assert.deepEqual(droppedAddresses(''), []);
  });
});
