import assert from 'node:assert/strict';
import { InstancesTree, pageSize, refreshEveryMs, type TreeNode } from '../../src/vscode/models/instances-tree';
import { noFilter } from '../../src/vscode/models/instance-filter';
import type { HubChange, TaskHubClient } from '../../src/core/ports/task-hub-client';
import { sessionClock, settle } from '../protocol/recording-host';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};
const returns: Script = function* () {
  return 'at once';
};
const parent: Script = function* (context) {
  return yield context.child('waits', null, { instanceId: `${context.instanceId}-child` });
};

describe('the instances tree', () => {
  let hub: TestHub;
  let tree: InstancesTree;
  let changes: number;

  beforeEach(async () => {
    hub = await TestHub.open({ scripts: { waits, returns, parent } });
    changes = 0;
    tree = new InstancesTree(
      sessionClock(hub.clock),
      () => changes++,
      (error) => {
        throw error;
      },
    );
  });
  afterEach(async () => {
    tree.disconnect();
    await hub.dispose();
  });

  const connect = (client: TaskHubClient = hub.engine): void => tree.connect(client, () => ['waits', 'returns', 'parent']);

  /** The tree as a view with everything open would draw it. */
  async function drawn(node?: TreeNode, depth = 0): Promise<string[]> {
    const lines: string[] = [];
    for (const child of await tree.children(node)) {
      const text =
        child.type === 'group'
          ? `${child.label} ${child.count}`
          : child.type === 'more'
            ? `more:${child.opens}`
            : child.row.instanceId;
      lines.push(`${'  '.repeat(depth)}${text}`);
      if (child.type === 'group' || (child.type === 'instance' && child.mayHaveChildren))
        lines.push(...(await drawn(child, depth + 1)));
    }
    return lines;
  }

  async function startSome(): Promise<void> {
    await hub.start('waits', { instanceId: 'w1' });
    hub.clock.advance(1000);
    await hub.start('returns', { instanceId: 'r1' });
    hub.clock.advance(1000);
    await hub.start('parent', { instanceId: 'p1' });
  }

  it('is empty without an emulator', async () => {
    assert.deepEqual(await drawn(), []);
  });

  it('groups by status, newest first, sub-orchestrations under their parents', async () => {
    await startSome();
    connect();
    assert.deepEqual(await drawn(), ['Running 2', '  p1', '    p1-child', '  w1', 'Completed 1', '  r1']);
  });

  it('groups by orchestrator, with the ones that never ran and the ones the app no longer has', async () => {
    await startSome();
    tree.connect(hub.engine, () => ['waits', 'fresh']);
    tree.show({ grouping: 'orchestrator' });
    assert.deepEqual(await drawn(), ['waits 1', '  w1', 'fresh 0', 'parent 1', '  p1', '    p1-child', 'returns 1', '  r1']);
  });

  it('is a flat list when asked', async () => {
    await startSome();
    connect();
    tree.show({ grouping: 'flat' });
    assert.deepEqual(await drawn(), ['p1', '  p1-child', 'r1', 'w1']);
  });

  it('answers everybody who asks while it is being read, and never with what was asked for before', async () => {
    await startSome();
    connect();
    const byStatus = tree.children();
    tree.show({ grouping: 'orchestrator' });
    const [first, second, third] = await Promise.all([byStatus, tree.children(), tree.children()]);
    for (const nodes of [first, second, third]) {
      assert.deepEqual(
        nodes.map((node) => node.id),
        ['orchestrator:waits', 'orchestrator:returns', 'orchestrator:parent'],
      );
    }
  });

  it('finds children by text, wherever they are', async () => {
    await startSome();
    connect();
    tree.show({ filter: { ...noFilter, text: 'CHILD' } });
    assert.deepEqual(await drawn(), ['Running 1', '  p1-child']);
  });

  it('narrows by status, name and time', async () => {
    await startSome();
    connect();
    tree.show({ filter: { ...noFilter, statuses: ['Completed'] } });
    assert.deepEqual(await drawn(), ['Completed 1', '  r1']);
    tree.show({ filter: { ...noFilter, names: ['waits'] } });
    assert.deepEqual(await drawn(), ['Running 1', '  w1']);
    tree.show({ filter: { ...noFilter, sinceMs: 500 } });
    assert.deepEqual(await drawn(), ['Running 1', '  p1', '    p1-child']);
  });

  it('follows what happens: a finished instance moves, under the same id', async () => {
    await startSome();
    connect();
    const idOf = async (): Promise<string | undefined> => {
      for (const group of await tree.children()) {
        const found = (await tree.children(group)).find((node) => node.type === 'instance' && node.row.instanceId === 'w1');
        if (found !== undefined) return `${group.id} ${found.id}`;
      }
      return undefined;
    };
    assert.equal(await idOf(), 'status:Running instance:w1');
    await hub.raise('w1', 'Go');
    const before = changes;
    hub.clock.advance(refreshEveryMs);
    assert.equal(changes, before + 1);
    assert.equal(await idOf(), 'status:Completed instance:w1');
  });

  it('shows children of an instance that had none when it was first read', async () => {
    connect();
    assert.deepEqual(await drawn(), []);
    await hub.start('parent', { instanceId: 'p2' });
    hub.clock.advance(refreshEveryMs);
    assert.deepEqual(await drawn(), ['Running 1', '  p2', '    p2-child']);
  });

  it('is read once for many changes, and not at all while hidden', async () => {
    connect();
    await drawn();
    const before = changes;
    for (let at = 0; at < 50; at++) await hub.start('waits');
    assert.equal(changes, before);
    hub.clock.advance(refreshEveryMs);
    assert.equal(changes, before + 1);
    tree.setVisible(false);
    await hub.start('waits');
    hub.clock.advance(refreshEveryMs * 5);
    assert.equal(changes, before + 1);
    tree.setVisible(true);
    assert.equal(changes, before + 2);
    assert.equal((await drawn())[0], 'Running 51');
  });

  it('lists a page, then more when asked, and keeps them open', async () => {
    await Promise.all(Array.from({ length: 350 }, (_, at) => hub.engine.start({ name: 'waits', instanceId: `i${String(at)}` })));
    await hub.quiet();
    connect();
    const [group] = await tree.children();
    assert.ok(group);
    const first = await tree.children(group);
    const more = first.at(-1);
    assert.ok(more?.type === 'more');
    assert.equal(first.length, pageSize + 1);
    tree.loadMore(more);
    await tree.children();
    assert.equal((await tree.children(group)).length, 3 * pageSize + 1);
    tree.loadMore(more);
    await tree.children();
    assert.equal((await tree.children(group)).length, 350);
  });

  it('reads the counts and every open list in one go, and never more rows than it shows', async () => {
    await startSome();
    const queries: (number | undefined)[] = [];
    const turns = new Set<number>();
    let turn = 0;
    const spy: TaskHubClient = Object.assign(Object.create(hub.engine) as TaskHubClient, {
      query: (query: Parameters<TaskHubClient['query']>[0]) => {
        queries.push(query.pageSize);
        turns.add(turn);
        return hub.engine.query(query);
      },
      countByStatus: (query: Parameters<TaskHubClient['countByStatus']>[0]) => {
        turns.add(turn);
        return hub.engine.countByStatus(query);
      },
      subscribe: (listener: (changes: readonly HubChange[]) => void) => hub.engine.subscribe(listener),
    });
    connect(spy);
    await drawn();
    queries.length = 0;
    turns.clear();
    tree.refresh();
    const reading = tree.children();
    turn++;
    await reading;
    assert.deepEqual([...turns], [0]);
    assert.ok(queries.length > 0 && queries.every((size) => size !== undefined && size <= pageSize));
  });

  it('does not read lists that were closed', async () => {
    await startSome();
    let queried = 0;
    const spy: TaskHubClient = Object.assign(Object.create(hub.engine) as TaskHubClient, {
      query: (query: Parameters<TaskHubClient['query']>[0]) => {
        queried++;
        return hub.engine.query(query);
      },
      countByStatus: (query: Parameters<TaskHubClient['countByStatus']>[0]) => hub.engine.countByStatus(query),
      subscribe: (listener: (changes: readonly HubChange[]) => void) => hub.engine.subscribe(listener),
    });
    connect(spy);
    const groups = await tree.children();
    for (const group of groups) await tree.children(group);
    for (const group of groups) tree.collapse(group);
    queried = 0;
    tree.refresh();
    await tree.children();
    await settle();
    assert.equal(queried, 0);
  });
});
