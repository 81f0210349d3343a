import assert from 'node:assert/strict';
import type { FailureLink } from '../../src/core/ports/failure-chain';
import { DurascopeError } from '../../src/core/values/errors';
import { runTool, type ToolContext } from '../../src/tools/hub-tool';
import { answerText } from '../../src/tools/tool-answer';
import { hubTools } from '../../src/tools/hub-tools';
import { TestHub } from '../support/test-hub';

describe('what agents may ask of a hub', () => {
  let hub: TestHub;
  let context: ToolContext;
  beforeEach(async () => {
    hub = await TestHub.open({
      scripts: {
        *Order(order) {
          return yield order.child('Payment', { amount: 7 }, { instanceId: 'payment-1' });
        },
        *Payment(payment) {
          return yield payment.activity('Charge', { card: 'x' });
        },
        *['Goes on'](order) {
          try {
            yield order.activity('Charge', 1);
          } catch {
            yield order.activity('Apologise');
          }
          throw new Error('No charge.');
        },
        *Approval(approval) {
          approval.setStatus('asked');
          yield approval.waitEvent('Approved');
          return 'fine';
        },
      },
      activities: {
        Apologise: () => 'sorry',
        Charge: () => {
          throw new Error('The card was refused.');
        },
      },
    });
    context = {
      hub: hub.engine,
      functions: () => hub.worker.functions(),
      openReplay: () => Promise.reject(new DurascopeError('NotSupported', 'No replay here.')),
    };
  });
  afterEach(() => hub.dispose());

  const ask = async <Answer>(name: string, input: unknown = {}, allowActions = true): Promise<Answer> => {
    const tool = hubTools(allowActions).find((each) => each.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    // What crosses to the agent is JSON.
    return JSON.parse(JSON.stringify(await runTool(tool, context, input))) as Answer;
  };

  it('finds instances by status, the newest first, with counts', async () => {
    await hub.start('Approval', { instanceId: 'a' });
    await hub.start('Order', { instanceId: 'o' });
    const all = await ask<{ counts: unknown; instances: { instanceId: string; awaitedEvents?: string[] }[] }>('list_instances');
    assert.deepEqual(all.counts, { Failed: 2, Running: 1 });
    assert.equal(all.instances.length, 3);
    const running = await ask<typeof all>('list_instances', { statuses: ['Running'] });
    assert.deepEqual(
      running.instances.map(({ instanceId, awaitedEvents }) => [instanceId, awaitedEvents]),
      [['a', ['Approved']]],
    );
  });

  it('explains a failure down to the call that went wrong first', async () => {
    await hub.start('Order', { instanceId: 'o' });
    const { rootCause, chain } = await ask<{ rootCause: FailureLink; chain: FailureLink[] }>('explain_failure', {
      instanceId: 'o',
    });
    assert.deepEqual(
      chain.map(({ kind, name, instanceId }) => [kind, name, instanceId]),
      [
        ['orchestration', 'Order', 'o'],
        ['orchestration', 'Payment', 'payment-1'],
        ['activity', 'Charge', 'payment-1'],
      ],
    );
    assert.match(rootCause.message, /The card was refused/);
    assert.deepEqual(rootCause.attempt, 1);
  });

  it('shows an instance and pages of its history', async () => {
    await hub.start('Approval', { instanceId: 'a' });
    const shown = await ask<{ customStatus: unknown; waitingFor: { events: string[] } }>('get_instance', { instanceId: 'a' });
    assert.deepEqual([shown.customStatus, shown.waitingFor.events], ['asked', ['Approved']]);
    const page = await ask<{ total: number; rows: { EventType: string }[] }>('get_history', {
      instanceId: 'a',
      from: 1,
      count: 1,
    });
    assert.deepEqual([page.total, page.rows.map(({ EventType }) => EventType)], [3, ['ExecutionStarted']]);
  });

  it('tells of a long payload its beginning, of a long history a page and where the next one begins', async () => {
    const long = 'x'.repeat(200_000);
    await hub.start('Approval', { instanceId: 'long', json: long });
    for (let n = 0; n < 20; n++) await hub.raise('long', 'Ignored', 'y'.repeat(60_000));
    interface Page {
      rows: { Input?: string }[];
      next?: number;
      total: number;
    }
    let [from, seen] = [0, 0];
    for (let next: number | undefined = 0; next !== undefined;) {
      const page: Page = JSON.parse(answerText(await ask('get_history', { instanceId: 'long', from: next, count: 500 }))) as Page;
      assert.ok(page.rows.length > 0);
      seen += page.rows.length;
      from = next;
      next = page.next;
      if (next === undefined) assert.equal(seen, page.total);
    }
    assert.ok(from > 0, 'one page was enough');
    const { input } = await ask<{ input: string }>('get_instance', { instanceId: 'long' });
    assert.match(input, /^"x{65535}… \(200,002 characters\)$/);
    assert.throws(() => answerText(Array.from({ length: 40 }, () => long)), /more than 1,048,576 characters: ask for fewer/);
    assert.equal(
      answerText({ texts: [long] }).length,
      JSON.stringify({ texts: [`${'x'.repeat(65536)}… (200,000 characters)`] }).length,
    );
  });

  it('acts where that is allowed, and offers nothing of it elsewhere', async () => {
    const offered = hubTools(false).map(({ name }) => name);
    assert.ok(!offered.includes('raise_event') && !offered.includes('start_orchestration'), offered.join());
    const { instanceId } = await ask<{ instanceId: string }>('start_orchestration', { name: 'Approval', input: 1 });
    await ask('raise_event', { instanceId, name: 'Approved', data: true });
    await hub.quiet();
    assert.equal((await hub.engine.get(instanceId))?.output, '"fine"');
  });

  it('forks an instance at a row, dry unless told otherwise, and compares both runs', async () => {
    await hub.start('Approval', { instanceId: 'origin' });
    await hub.raise('origin', 'Approved', false);
    const row = hub.history('origin').findIndex(({ EventType }) => EventType === 'EventRaised') + 1;
    const forked = await ask<{ instanceId: string; output: string }>('fork_instance', {
      instanceId: 'origin',
      row,
      change: 'payload=true',
    });
    assert.equal(forked.output, 'fine');
    const compared = await ask<{ output: { left: string; right: string }; isSame: boolean }>('compare_instances', {
      left: 'origin',
      right: forked.instanceId,
    });
    assert.deepEqual([compared.isSame, compared.output.right], [false, '"fine"']);
    await assert.rejects(ask('fork_instance', { instanceId: 'origin', row, change: 'payload' }), /needs a value/);
  });

  it('warns of a rewind that will most likely end as non-deterministic, and of no other', async () => {
    await hub.start('Goes on', { instanceId: 'g' });
    await hub.start('Payment', { instanceId: 'p' });
    const doubtful = await ask<{ done: string; warning?: string }>('rewind_instance', { instanceId: 'g' });
    assert.equal(doubtful.done, 'rewind');
    assert.match(doubtful.warning ?? '', /^The code went on after a call had failed\. .* Restart the instance instead\.$/);
    assert.deepEqual(await ask('rewind_instance', { instanceId: 'p' }), { done: 'rewind', instanceId: 'p' });
  });

  it('refuses in words what is not there, and input of another form', async () => {
    await assert.rejects(
      ask('get_instance', { instanceId: 'none' }),
      /There is no instance 'none'. list_instances tells the ids./,
    );
    await assert.rejects(ask('get_history', { instanceId: 'a', count: 0 }), /count/);
  });
});
