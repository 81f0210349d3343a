import assert from 'node:assert/strict';
import { EntitiesTree, entityNode, type EntitiesNode } from '../../src/vscode/models/entities-tree';
import { refreshEveryMs } from '../../src/vscode/models/instances-tree';
import { sessionClock, settle } from '../protocol/recording-host';
import { counter } from '../support/entity-script';
import { TestHub } from '../support/test-hub';

describe('the entities tree', () => {
  let hub: TestHub;
  let tree: EntitiesTree;
  let changes: number;
  let used: boolean[];

  beforeEach(async () => {
    hub = await TestHub.open({ scripts: {}, entities: { Counter: counter, account: counter } });
    changes = 0;
    used = [];
    tree = new EntitiesTree(
      sessionClock(hub.clock),
      () => changes++,
      (error) => {
        throw error;
      },
      (isUsed) => used.push(isUsed),
    );
    tree.connect(hub.engine, () => ['Counter', 'account']);
  });
  afterEach(async () => {
    tree.disconnect();
    await hub.dispose();
  });

  const text = (node: EntitiesNode): string =>
    node.type === 'entityName'
      ? `${node.name} ${node.count}`
      : node.type === 'entity'
        ? `${node.label}: ${node.description}`
        : '…';

  async function drawn(): Promise<string[]> {
    const lines: string[] = [];
    for (const name of await tree.children()) {
      lines.push(text(name));
      for (const child of await tree.children(name)) lines.push(`  ${text(child)}`);
    }
    return lines;
  }

  it('is empty while there is no entity', async () => {
    assert.deepEqual(await drawn(), []);
  });

  it('tells whether there are any, whether or not anybody looks', async () => {
    tree.setVisible(false);
    await settle();
    assert.equal(used.at(-1), false);
    await hub.signal('@counter@a', 'add', 1);
    await hub.advance(refreshEveryMs);
    await settle();
    assert.equal(used.at(-1), true);
    tree.disconnect();
    assert.equal(used.at(-1), false);
  });

  it('shows names, keys and the beginnings of states, deleted ones too', async () => {
    await hub.signal('@counter@b', 'add', 5);
    await hub.signal('@counter@a', 'add', 1);
    await hub.signal('@counter@a', 'delete');
    await hub.signal('@counter@', 'add', 2);
    assert.deepEqual(await drawn(), ['account 0', 'Counter 3', '  (empty key): 2', '  a: no state', '  b: 5']);
  });

  it('is read again after a change, at most every so often, and only while it is seen', async () => {
    changes = 0;
    await hub.signal('@counter@a', 'add', 1);
    await hub.signal('@counter@a', 'add', 1);
    assert.equal(changes, 0);
    await hub.advance(refreshEveryMs);
    assert.equal(changes, 1);
    tree.setVisible(false);
    await hub.signal('@counter@a', 'add', 1);
    await hub.advance(refreshEveryMs);
    assert.equal(changes, 1);
    tree.setVisible(true);
    assert.equal(changes, 2);
    await settle();
  });

  it('lists further pages when asked', async () => {
    await hub.together(async () => {
      for (let at = 0; at < 130; at++) void hub.engine.signalEntity(`@counter@${at}`, 'add', { input: '1' });
      await Promise.resolve();
    });
    const [name] = (await tree.children()).filter((node) => node.type === 'entityName' && node.name === 'Counter');
    assert.ok(name?.type === 'entityName');
    assert.equal(name.count, '100+');
    const first = await tree.children(name);
    assert.equal(first.length, 101);
    const more = first.at(-1);
    assert.ok(more?.type === 'moreEntities');
    tree.loadMore(more);
    assert.equal((await tree.children(name)).length, 130);
  });

  it('says who is locked and how much waits', () => {
    const node = entityNode({
      instanceId: '@counter@a',
      name: 'counter',
      key: 'a',
      exists: true,
      state: `{"long":"${'x'.repeat(200)}"}`,
      lastOperationTime: '2024-01-01T00:00:00.0000000Z',
      queueSize: 3,
      lockedBy: 'order-1',
    });
    assert.match(node.description, /… · locked · 3 waiting$/);
    assert.match(node.tooltip, /Locked by: order-1/);
    assert.equal(node.icon.name, 'lock');
  });
});
