/** Agents ask about instances by ids that people and orchestrators choose. */
import assert from 'node:assert/strict';
import { runTool, type ToolContext } from '../../src/tools/hub-tool';
import { answerText } from '../../src/tools/tool-answer';
import { hubTools } from '../../src/tools/hub-tools';
import { idsOfClients, idsOfCode } from '../support/chosen-ids';
import { TestHub } from '../support/test-hub';

const all = [...idsOfClients, ...idsOfCode];

describe('tools for agents, with ids that people and code choose', () => {
  let hub: TestHub;
  let context: ToolContext;
  before(async () => {
    hub = await TestHub.open({
      scripts: {
        *parent(parent) {
          const ids = parent.input as string[];
          for (const id of ids.filter((each) => each.length <= 1000)) parent.signalEntity(`@cell@${id}`, 'set');
          return yield parent.all(ids.map((id) => parent.child('waits', null, { instanceId: id })));
        },
        *waits(waits) {
          yield waits.waitEvent('Go');
          throw new Error(waits.instanceId);
        },
      },
      entities: { cell: (entity) => void (entity.state = { value: entity.key }) },
    });
    await hub.start('parent', { instanceId: 'parent', json: all });
    context = {
      hub: hub.engine,
      functions: () => hub.worker.functions(),
      openReplay: () => Promise.reject(new Error('No replay here.')),
    };
  });
  after(() => hub.dispose());

  const ask = async <Answer>(name: string, input: unknown = {}): Promise<Answer> => {
    const tool = hubTools(true).find((each) => each.name === name) ?? assert.fail(name);
    return JSON.parse(answerText(await runTool(tool, context, input))) as Answer;
  };

  it('list them, and the entities', async () => {
    const { instances } = await ask<{ instances: { instanceId: string }[] }>('list_instances', { top: 200 });
    assert.deepEqual(instances.map(({ instanceId }) => instanceId).sort(), ['parent', ...all].sort());
    const { entities } = await ask<{ entities: { key: string; state: string }[] }>('list_entities', { top: 200 });
    assert.deepEqual(entities.map(({ key }) => key).sort(), all.filter((id) => id.length <= 1000).sort());
    for (const { key, state } of entities) assert.equal(state, JSON.stringify({ value: key }));
  });

  for (const instanceId of all) {
    it(`show, raise and explain: ${JSON.stringify(instanceId.slice(0, 30))}`, async () => {
      assert.equal((await ask<{ instanceId: string }>('get_instance', { instanceId })).instanceId, instanceId);
      await ask('raise_event', { instanceId, name: 'Go' });
      await hub.quiet();
      const { rootCause } = await ask<{ rootCause: { message: string; instanceId: string } }>('explain_failure', { instanceId });
      // What somebody reads of a failure has no blanks around it.
      assert.deepEqual([rootCause.instanceId, rootCause.message], [instanceId, instanceId.trim()]);
      assert.ok((await ask<{ rows: unknown[] }>('get_history', { instanceId })).rows.length > 4);
    });
  }
});
