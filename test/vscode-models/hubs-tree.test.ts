import assert from 'node:assert/strict';
import type { InstancePage, InstanceQuery } from '../../src/core/ports/history-store';
import { DurascopeError } from '../../src/core/values/errors';
import type { HubReader } from '../../src/hubs/attached-hub';
import { readOnlyHub } from '../../src/hubs/read-only-hub';
import { HubConnections, type AttachedConnection } from '../../src/vscode/hubs/hub-connections';
import { HubsTree, type HubGroupNode, type HubMoreNode, type HubNode, type HubsNode } from '../../src/vscode/models/hubs-tree';
import { GrpcFixture } from '../grpc/grpc-fixture';
import { instanceRow } from '../support/instance-row';
import { ManualClock } from '../support/manual-clock';

describe('the tree of attached hubs', () => {
  const clock = new ManualClock();
  let asked: InstanceQuery[];
  let page: InstancePage;
  const reader = {
    label: 'Shop in Azurite',
    capabilities: { rewind: false, entities: true, suspend: false },
    query: (query: InstanceQuery) => {
      asked.push(query);
      return Promise.resolve(page);
    },
    facts: () => Promise.resolve({ queues: [{ name: 'shop-workitems', messages: 1 }], partitions: null, notes: ['A note.'] }),
    dispose: () => undefined,
  } as unknown as HubReader;
  const hub = readOnlyHub(reader, 'Only looked at.', clock);
  const connection = (failure?: string): AttachedConnection => ({
    id: 'h1',
    label: 'Shop',
    hub: failure === undefined ? hub : undefined,
    failure,
    open: () => (failure === undefined ? Promise.resolve(hub) : Promise.reject(new DurascopeError('HubUnreachable', failure))),
  });
  const treeOf = (failure?: string): HubsTree =>
    new HubsTree(
      () => [connection(failure)],
      () => clock.now(),
    );
  const groupOf = async (tree: HubsTree, label: string): Promise<HubGroupNode> => {
    const [node] = await tree.children();
    const groups = await tree.children(node);
    return groups.find((group): group is HubGroupNode => 'label' in group && group.label === label) ?? assert.fail(label);
  };
  beforeEach(() => {
    asked = [];
    page = { instances: [instanceRow({ instanceId: 'a' })] };
  });

  it('shows each as read only, with its pace, and asks nothing of it before it is opened', async () => {
    const [node] = (await treeOf().children()) as HubNode[];
    assert.equal(node?.label, 'Shop');
    assert.equal(node.description, 'read only · every 5 s · Azurite');
    assert.equal(node.icon, 'lock');
    assert.equal(node.tooltip, 'Only looked at.');
    assert.deepEqual(asked, []);
  });

  it('reads the newest of a group, more when asked, and says when there is no order but by id', async () => {
    const tree = treeOf();
    page = { ...page, continuationToken: 't', orderedBy: 'instanceId' };
    const group = await groupOf(tree, 'All instances');
    const nodes = await tree.children(group);
    assert.deepEqual(
      nodes.map(({ type }) => type),
      ['hubLine', 'hubInstance', 'hubMore'],
    );
    tree.loadMore(nodes[2] as HubMoreNode);
    await tree.children(group);
    assert.deepEqual(
      asked.map(({ pageSize }) => pageSize),
      [100, 300],
    );
    assert.deepEqual(asked[0], { entities: 'exclude', orderBy: 'createdTime', descending: true, pageSize: 100 });
  });

  it('has a group of the filter, failures of the last day, and what is empty says so', async () => {
    const tree = treeOf();
    tree.setFilter('h1', { text: 'x', statuses: ['Failed'], names: [], sinceMs: null });
    await tree.children(await groupOf(tree, 'Filter: x status:Failed'));
    const [first] = asked;
    assert.equal(first?.text, 'x');
    page = { instances: [] };
    const nodes = await tree.children(await groupOf(tree, 'Failed in the last 24 hours'));
    assert.deepEqual(asked.at(-1)?.statuses, ['Failed']);
    assert.equal(Date.parse(asked.at(-1)?.createdTimeFrom ?? ''), clock.now() - 24 * 3_600_000);
    assert.deepEqual(
      nodes.map((node) => 'label' in node && node.label),
      ['None'],
    );
  });

  it('shows hosts and queues', async () => {
    const tree = treeOf();
    const lines = await tree.children(await groupOf(tree, 'Hosts and queues'));
    const said = lines.map((node: HubsNode) => (node.type === 'hubLine' ? [node.label, node.description] : []));
    assert.deepEqual(said, [
      ['shop-workitems', '1 message'],
      ['A note.', ''],
    ]);
  });

  it('says in the place of what cannot be read why, and what to do', async () => {
    const tree = treeOf('Nothing answers: start Azurite.');
    const [node] = (await tree.children()) as HubNode[];
    assert.equal(node?.description, 'read only · cannot be reached');
    const [line] = await tree.children(node);
    assert.equal(line?.type === 'hubLine' && line.label, 'Nothing answers: start Azurite.');
  });

  it('has a sign at a hub that was there and does not answer any more, until it does', async () => {
    const tree = treeOf();
    const group = await groupOf(tree, 'All instances');
    const { query } = reader;
    reader.query = () => Promise.reject(new DurascopeError('HubUnreachable', 'Nothing answers. Start Azurite.'));
    const [line] = await tree.children(group);
    assert.equal(line?.type === 'hubLine' && line.label, 'Nothing answers. Start Azurite.');
    const [away] = (await tree.children()) as HubNode[];
    assert.deepEqual(
      [away?.description, away?.icon, away?.tooltip],
      ['read only · cannot be reached, tried every 5 s · Azurite', 'warning', 'Nothing answers. Start Azurite.'],
    );
    reader.query = query;
    await tree.children(group);
    assert.equal(((await tree.children()) as HubNode[])[0]?.icon, 'lock');
  });

  it('lets a hub be acted on in this window only, and shows it', async () => {
    const fixture = await GrpcFixture.start();
    const secrets = new Map<string, string>();
    const memory = new Map<string, unknown>();
    const options = {
      secrets: {
        get: (key: string) => Promise.resolve(secrets.get(key)),
        store: (key: string, value: string) => Promise.resolve(void secrets.set(key, value)),
        delete: (key: string) => Promise.resolve(void secrets.delete(key)),
      },
      memory: {
        get: (key: string) => memory.get(key) as undefined,
        update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
      },
      clock,
      newId: () => 'h2',
      changed: () => undefined,
    };
    const connections = new HubConnections(options);
    try {
      const text = `Endpoint=http://${fixture.address};Authentication=None;TaskHub=default`;
      await connections.attach({ type: 'text', text, hubName: null });
      const tree = new HubsTree(
        () => connections.all,
        () => clock.now(),
      );
      const shown = async (): Promise<HubNode> => (await tree.children())[0] as HubNode;
      assert.match((await shown()).description, /^read only/);
      await fixture.emulator.hub.start({ name: 'Waits', instanceId: 'w', profile: 'G' });
      await assert.rejects((await connections.find('h2')?.open())?.terminate('w', null) ?? Promise.resolve());
      await connections.act('h2', {});
      const node = await shown();
      assert.match(node.description, /^may act/);
      assert.match(node.tooltip, /is done to default at .*, a hub of a real engine, through the Durable Task protocol/);
      assert.equal(node.icon, 'unlock');
      assert.match(node.contextValue, /\bacts\b/);
      const hub = await connections.find('h2')?.open();
      let told = 0;
      const watch = hub?.subscribe(() => (told += 1));
      await hub?.terminate('w', 'enough');
      watch?.dispose();
      assert.equal(told, 1);
      assert.equal((await fixture.emulator.hub.waitForCompletion('w', 10_000)).output, 'enough');
      const after = new HubConnections(options);
      assert.notEqual((await after.find('h2')?.open())?.capabilities.readOnly, undefined);
      after.dispose();
      await connections.act('h2', null);
      assert.match((await shown()).description, /^read only/);
      await assert.rejects(connections.act('h2', { through: 'nonsense' }), /A task hub is given as/);
    } finally {
      connections.dispose();
      await fixture.stop();
    }
  });

  it('keeps connections in the secret storage, names beside it, and nothing of one that cannot be opened', async () => {
    const secrets = new Map<string, string>([
      ['durascope.hub.old', JSON.stringify({ type: 'text', text: 'nonsense', hubName: null })],
    ]);
    const memory = new Map<string, unknown>([['hubs.attached', [{ id: 'old', label: 'Shop' }]]]);
    const connections = new HubConnections({
      secrets: {
        get: (key) => Promise.resolve(secrets.get(key)),
        store: (key, value) => Promise.resolve(void secrets.set(key, value)),
        delete: (key) => Promise.resolve(void secrets.delete(key)),
      },
      memory: {
        get: (key: string) => memory.get(key) as undefined,
        update: (key, value) => Promise.resolve(void memory.set(key, value)),
      },
      clock,
      newId: () => 'new',
      changed: () => undefined,
    });
    const connection = 'AccountName=devstoreaccount1;TableEndpoint=http://127.0.0.1:1/devstoreaccount1';
    await assert.rejects(
      connections.attach({ type: 'text', text: connection, hubName: 'Shop' }),
      (error) => DurascopeError.is(error, 'HubUnreachable') && error.message.includes('Start Azurite'),
    );
    assert.deepEqual([...secrets.keys()], ['durascope.hub.old']);
    assert.deepEqual(
      connections.all.map(({ label }) => label),
      ['Shop'],
    );
    await assert.rejects(connections.find('old')?.open() ?? Promise.resolve(), /A task hub is given as/);
    assert.match(connections.all[0]?.failure ?? '', /A task hub is given as/);
    await connections.detach('old');
    assert.equal(secrets.size, 0);
    assert.deepEqual(memory.get('hubs.attached'), []);
  });
});
