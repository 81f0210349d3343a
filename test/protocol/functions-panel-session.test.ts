import assert from 'node:assert/strict';
import type { FunctionDescriptor } from '../../src/core/ports/function-worker';
import type { CallingFunction } from '../../src/core/values/function-calls';
import type { FunctionsSnapshot, ToFunctionsPanel } from '../../src/protocol/functions-panel';
import { FunctionsPanelSession, snapshotEveryMs } from '../../src/protocol/functions-panel-session';
import { TestHub } from '../support/test-hub';
import { RecordingHost, sessionClock, settle } from './recording-host';

const place = { file: '/app/a.js', line1: 3, column1: 1 };
const functions: FunctionDescriptor[] = [
  { name: 'main', type: 'orchestrator', triggerType: 'orchestrationTrigger' },
  { name: 'Greet', type: 'activity', triggerType: 'activityTrigger' },
  { name: 'begin', type: 'http', triggerType: 'httpTrigger', route: 'go' },
];

describe('the session of the functions panel', () => {
  let hub: TestHub;
  let posted: ToFunctionsPanel[];
  let code: CallingFunction[];
  let session: FunctionsPanelSession;
  let shown: string[];
  let host: RecordingHost;

  beforeEach(async () => {
    hub = await TestHub.open({
      activities: { greet: () => 'hello' },
      scripts: {
        *main(context) {
          yield context.activity('greet');
          yield context.waitEvent('Go');
        },
      },
    });
    [posted, shown, host] = [[], [], new RecordingHost()];
    code = [{ kind: 'orchestrator', name: 'Main', place, calls: [{ kind: 'call', name: 'Greet', place }] }];
    session = new FunctionsPanelSession({
      ...{ post: (message) => posted.push(message), host, clock: sessionClock(hub.clock), app: 'shop' },
      functions: () => Promise.resolve(functions),
      code: () => Promise.resolve(code),
      showInstances: (name) => shown.push(name),
    });
  });
  afterEach(async () => {
    session.dispose();
    await hub.dispose();
  });

  const last = (): FunctionsSnapshot => {
    const found = posted.findLast((message) => message.type === 'functions');
    assert.ok(found?.type === 'functions');
    return found;
  };
  /** The next snapshot after all that has happened. */
  const later = async (): Promise<FunctionsSnapshot> => {
    const before = posted.length;
    for (let tries = 0; tries < 50 && posted.length === before; tries++) {
      await hub.advance(snapshotEveryMs);
      await settle();
    }
    return last();
  };
  const edges = ({ edges: all }: FunctionsSnapshot): string[] =>
    all.map((each) => `${each.from} ${each.kind} ${each.to} ${each.locations.length} ${each.count}`);
  const counts = (name: string) => last().nodes.find((each) => each.name === name)?.counts;

  it('joins what the code says with what instances have done, whatever the case of their names', async () => {
    session.connect(hub.engine);
    await session.receive({ type: 'ready' });
    await hub.start('main', { instanceId: 'a' });
    const snapshot = await later();
    assert.deepEqual(edges(snapshot), ['orchestrator:main call activity:greet 1 1']);
    assert.deepEqual(counts('main'), { total: 1, running: 1, failed: 0 });
    assert.deepEqual(counts('Greet'), { total: 1, running: 0, failed: 0 });
    assert.deepEqual(
      snapshot.nodes.filter(({ isMissing }) => isMissing),
      [],
    );
    await hub.raise('a', 'Go');
    assert.deepEqual(edges(await later()), [
      'orchestrator:main call activity:greet 1 1',
      'event:go awaits orchestrator:main 0 1',
    ]);
    assert.deepEqual(counts('main'), { total: 1, running: 0, failed: 0 });
    assert.deepEqual([snapshot.instances, snapshot.instancesRead, snapshot.hasCode], [1, 1, true]);
  });

  it('says what is called and not there, and shows the code when nothing runs', async () => {
    code = [{ kind: 'orchestrator', name: 'main', place, calls: [{ kind: 'call', name: 'Gone', place }] }];
    session.disconnect('The emulator is stopped.');
    await session.receive({ type: 'ready' });
    assert.deepEqual(edges(last()), ['orchestrator:main call activity:gone 1 0']);
    assert.deepEqual(
      last()
        .nodes.filter(({ isMissing }) => isMissing)
        .map(({ name }) => name),
      ['Gone'],
    );
    assert.ok(posted.some((message) => message.type === 'connection' && !message.connected));
  });

  it('misses nothing where the engine itself makes the HTTP requests', async () => {
    code = [{ kind: 'orchestrator', name: 'main', place, calls: [{ kind: 'call', name: 'BuiltIn::HttpActivity', place }] }];
    session.connect(hub.engine);
    await session.receive({ type: 'ready' });
    const { nodes } = await later();
    assert.equal(nodes.find(({ name }) => name === 'BuiltIn::HttpActivity')?.isMissing, false);
  });

  it('follows the code, and does not read a history again that is the same', async () => {
    session.connect(hub.engine);
    await hub.start('main', { instanceId: 'a' });
    await session.receive({ type: 'ready' });
    let reads = 0;
    const read = hub.engine.history.bind(hub.engine);
    hub.engine.history = (...args) => (reads++, read(...args));
    code = [];
    session.refresh();
    assert.deepEqual(edges(await later()), ['orchestrator:main call activity:greet 0 1']);
    assert.equal(reads, 0);
  });

  it('asks the editor to start, and to list instances', async () => {
    await session.receive({ type: 'startInstance', name: 'main' });
    await session.receive({ type: 'showInstances', name: 'main' });
    assert.deepEqual([host.calls, shown], [[['startInstance', 'main']], ['main']]);
  });
});
