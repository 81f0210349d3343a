/** The tree, links and panels with ids that are not letters and digits. */
import assert from 'node:assert/strict';
import { InstancePanelSession } from '../../src/protocol/instance-panel-session';
import { instanceItem } from '../../src/vscode/models/instance-item';
import { linkPath, readLink } from '../../src/vscode/models/instance-link';
import { InstancesTree, type TreeNode } from '../../src/vscode/models/instances-tree';
import { RecordingHost, sessionClock, settle } from '../protocol/recording-host';
import { idsOfClients, idsOfCode } from '../support/chosen-ids';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const scripts: Record<string, Script> = {
  *leaf(context) {
    return context.instanceId;
  },
  *deep(context) {
    yield context.child('parent', ['y'], { instanceId: 'x' });
    return yield context.child('leaf', null, { instanceId: 'x/y' });
  },
  *parent(context) {
    const kids = context.input as string[];
    return yield context.all(kids.map((id) => context.child('leaf', null, { instanceId: id })));
  },
};

const thrown = (error: unknown): never => {
  throw error;
};

describe('ids that people and code choose', () => {
  let hub: TestHub;
  before(async () => {
    hub = await TestHub.open({ scripts });
    for (const [at, id] of idsOfClients.entries()) {
      await hub.start('parent', { instanceId: id, json: [`${id}/${at}`] });
    }
    await hub.start('parent', { instanceId: 'of code', json: idsOfCode });
    // Their ways from the root are the same text, written one after the other with slashes.
    await hub.start('deep', { instanceId: 'root' });
  });
  after(() => hub.dispose());

  for (const grouping of ['status', 'orchestrator', 'flat'] as const) {
    it(`are nodes of their own in the tree, with their children below them (${grouping})`, async () => {
      const clock = sessionClock(hub.clock);
      const tree = new InstancesTree(clock, () => undefined, thrown);
      tree.connect(hub.engine, () => ['leaf', 'parent', 'deep']);
      tree.show({ grouping });
      const seen = new Map<string, string>();
      const walk = async (node?: TreeNode): Promise<void> => {
        for (const child of await tree.children(node)) {
          assert.equal(seen.has(child.id), false, `two nodes have the id ${child.id}`);
          seen.set(child.id, child.type === 'instance' ? child.row.instanceId : '');
          if (child.type === 'group' || (child.type === 'instance' && child.mayHaveChildren)) await walk(child);
        }
      };
      await walk();
      const shown = new Set(seen.values());
      for (const id of [...idsOfClients, ...idsOfCode]) assert.ok(shown.has(id), JSON.stringify(id));
      tree.disconnect();
    });
  }

  for (const id of [...idsOfClients, ...idsOfCode]) {
    it(`have a line, a link and a panel: ${JSON.stringify(id.slice(0, 30))}`, async () => {
      const row = hub.row(id);
      assert.ok(instanceItem(row, hub.clock.now(), 'flat').tooltip.length > 0);
      const { path, query } = linkPath(id, '/home/ada/my app+1');
      assert.deepEqual(readLink(path, query), { instanceId: id, appDir: '/home/ada/my app+1' });
      const sent: unknown[] = [];
      const host = new RecordingHost();
      const session = new InstancePanelSession({
        instanceId: id,
        post: (message) => void sent.push(message),
        host,
        clock: sessionClock(hub.clock),
        onError: thrown,
      });
      session.connect(hub.engine);
      await session.receive({ type: 'ready' });
      await settle();
      assert.ok(JSON.stringify(sent).includes(JSON.stringify(id).slice(1, -1)), JSON.stringify(sent).slice(0, 300));
      session.dispose();
    });
  }
});
