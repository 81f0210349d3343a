/** `durascope fork` against a hub that listens. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { forkChangeWords } from '../../src/core/instances/forks';
import { parseForkChange } from '../../src/core/instances/forks';
import { key } from '../http/http-fixture';
import { CommandsOnAHub, type Said } from './commands-on-a-hub';

describe('durascope fork', () => {
  let commands: CommandsOnAHub;
  before(async () => {
    commands = await CommandsOnAHub.open({
      scripts: {
        *order(context) {
          const price = yield context.activity('price', context.input);
          try {
            return yield context.activity('charge', price);
          } catch (error) {
            return `not paid: ${(error as Error).message}`;
          }
        },
        *offer(context) {
          return yield context.activity('price', context.input);
        },
      },
      activities: { price: () => 7, charge: (price) => `paid ${String(price)}` },
    });
    await commands.http.hub.start('order', { instanceId: 'order-1', json: 'book' });
  });
  after(() => commands.dispose());

  const said = (...args: string[]): Promise<Said> => commands.run(...args, '--key', key);

  it('numbers the rows of a history as a fork takes them', async () => {
    const { printed } = await said('history', 'order-1', '--order', 'commit');
    assert.match(printed, /^EventType .* EventId +Row/);
    assert.match(printed, /^TaskCompleted .* 7 +6 +0$/m);
  });

  it('runs on with another result, says what it did, and shows the origin', async () => {
    assert.deepEqual(await said('fork', 'order-1', '--at', '6', '--set', 'result=9'), {
      code: 0,
      printed: 'Forked order-1-fork from order-1, row 6: result = 9.',
      warned: '',
    });
    await commands.http.hub.quiet();
    const shown = await said('show', 'order-1-fork');
    assert.match(shown.printed, /^Output +"paid 9"$/m);
    assert.match(shown.printed, /^Fork of +order-1, row 6: result = 9$/m);
  });

  it('waits for the end, dry or not, under a chosen id', async () => {
    const calls = { ...commands.http.hub.worker.callCounts };
    const { code, printed } = await said('fork', 'order-1', '--at', '6', '--id', 'mine', '--dry', '--wait', '--json');
    assert.equal(code, 0);
    assert.equal((JSON.parse(printed) as { instanceId: string; output: string }).output, 'paid 7');
    assert.deepEqual(commands.http.hub.worker.callCounts, calls);
    const failed = await said('fork', 'order-1', '--at', '10', '--set', 'failure=CardError: declined', '--wait');
    assert.match(failed.printed, /^Output +"not paid: .*declined/m);
  });

  it('shows both runs side by side, with the first difference and the outputs', async () => {
    const { code, printed } = await said('fork', 'order-1', '--at', '6', '--set', 'result=8', '--id', 'eight', '--compare');
    assert.equal(code, 0);
    assert.match(printed, /^ +What +order-1 +eight +Differs$/m);
    assert.match(printed, /^> +activity price +7 +8 +another result$/m);
    assert.match(printed, /^\* +activity charge +"paid 7" +"paid 8" +another input, another result$/m);
    assert.match(printed, /^Output +"paid 7" != "paid 8"$/m);
    assert.match(printed, /^First difference: activity price, another result\.$/m);
    const again = await said('diff', 'eight');
    assert.deepEqual([again.code, again.printed], [1, printed]);
    const told = await said('diff', 'order-1', 'eight', '--json');
    assert.equal((JSON.parse(told.printed) as { first: { row: number } }).first.row, 1);
    await said('fork', 'order-1', '--at', '6', '--id', 'same', '--wait');
    const same = await said('diff', 'order-1', 'same');
    assert.equal(same.code, 0);
    assert.match(same.printed, /The same but for ids and times\.$/);
    await commands.http.hub.start('offer', { instanceId: 'offer-1', json: 'book' });
    await commands.http.hub.quiet();
    const strange = await said('diff', 'order-1', 'offer-1');
    assert.match(strange.printed, /^First difference: started, another orchestrator\.$/m);
    const none = await said('diff', 'order-1');
    assert.equal(none.code, 2);
    assert.match(none.warned, /'order-1' is no fork: name the instance/);
  });

  it('takes a history from elsewhere, imports it once, and runs on from there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-fork-'));
    const file = path.join(folder, 'history.json');
    try {
      const { printed: rows } = await said('history', 'order-1', '--json', '--order', 'commit');
      const elsewhere = (JSON.parse(rows) as object[]).map((row) => ({
        ...row,
        PartitionKey: 'far',
        ExecutionId: 'e'.repeat(32),
      }));
      await writeFile(file, JSON.stringify(elsewhere).replaceAll('order-1', 'far'));
      for (const id of ['far-fork', 'far-fork-2']) {
        const { code, printed, warned } = await said('fork', '--history', file, '--at', '6', '--set', 'result=1');
        assert.deepEqual([code, printed, warned], [0, `Forked ${id} from far, row 6: result = 1.`, '']);
        await commands.http.hub.quiet();
        assert.equal(commands.http.hub.outcome(id), 'Completed "paid 1"');
      }
      const wrong = await said('fork', 'near', '--history', file, '--at', '6');
      assert.match(wrong.warned, /The file has no instance 'near'.*It has far\./);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('refuses what it cannot do, and says what it can', async () => {
    for (const [args, expected] of [
      [['order-1'], /--at is missing: the number of a row of "durascope history order-1"/],
      [['order-1', '--at', '0'], /whole number of at least 1/],
      [['order-1', '--at', '99'], /There is no row 99: the history has the rows 1 to 1\d/],
      [['order-1', '--at', '1', '--set', 'result=1'], /Row 1 \(OrchestratorStarted\) is no result/],
      [['order-1', '--at', '6', '--set', 'outcome=1'], /There is no change 'outcome=1'\. A change is one of: result=JSON, /],
      [['order-1', '--at', '6', '--set', 'fail=Error: no'], /There is no change 'fail=Error: no'\. Did you mean 'failure'\?/],
      [['order-1', '--at', '6', '--set', 'result=oops'], /not JSON\. A text is written with its quotes: 'result="oops"'/],
      [['order-1', '--at', '6', '--set', 'result'], /'result' needs a value: write result=JSON/],
      [['nobody', '--at', '6'], /no instance.*'nobody'/i],
    ] as const) {
      const { code, warned } = await said('fork', ...args);
      assert.notEqual(code, 0);
      assert.match(warned, expected);
    }
  });

  it('reads every form that its help names', () => {
    const examples = {
      result: ['result={"a":1}', { type: 'result', value: '{"a":1}' }],
      failure: ['failure=CardError: declined: no', { type: 'failure', errorType: 'CardError', message: 'declined: no' }],
      payload: ['payload=null', { type: 'payload', value: 'null' }],
      never: ['never', { type: 'never' }],
      later: ['later=12', { type: 'later', row: 12 }],
      first: ['first=3', { type: 'first', row: 3 }],
      fires: ['fires', { type: 'fires' }],
      raise: ['raise=Approval={"by":"a=b"}', { type: 'raise', name: 'Approval', data: '{"by":"a=b"}' }],
      input: ['input="x"', { type: 'input', value: '"x"' }],
    } as const satisfies Record<keyof typeof forkChangeWords, unknown>;
    for (const [text, change] of Object.values(examples)) assert.deepEqual(parseForkChange(text), change);
    assert.deepEqual(parseForkChange('failure=declined'), { type: 'failure', errorType: 'Error', message: 'declined' });
    assert.deepEqual(parseForkChange('raise=Approval'), { type: 'raise', name: 'Approval', data: null });
    for (const bad of ['never=1', 'first=x', 'later=0', 'raise=', 'raise==1', 'failure=', '']) {
      assert.throws(() => parseForkChange(bad), { code: 'InvalidArgument' });
    }
  });
});
