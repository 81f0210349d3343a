import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { ToInstancePanel } from '../../src/protocol/instance-panel';
import { InstancePanelSession } from '../../src/protocol/instance-panel-session';
import { importedHub } from '../../src/vscode/replay/imported-hub';
import { row } from '../support/scripted-timeline';
import { FakeReplay } from '../webview/gallery/fake-replay';

describe('the hub of an imported history', () => {
  const history = [row.turn(), row.started('Order'), row.scheduled(0, 'Charge')];
  const hub = importedHub({ instanceId: 'x', executionId: 'e1', functionName: 'Order', history });

  it('gives a panel its instance and rows, and begins with the replay', async () => {
    const posted: ToInstancePanel[] = [];
    const session = new InstancePanelSession({
      instanceId: 'x',
      post: (message) => posted.push(message),
      host: {} as never,
      clock: { now: () => 0, after: () => undefined },
      replay: new FakeReplay(history),
      isImported: true,
    });
    session.connect(hub);
    await session.receive({ type: 'ready' });
    const snapshot = posted.find((message) => message.type === 'instance');
    assert.deepEqual(
      [snapshot?.instance?.name, snapshot?.instance?.runtimeStatus, snapshot?.opensReplay, snapshot?.canReplay],
      ['Order', 'Running', true, true],
    );
    assert.deepEqual(posted.find((message) => message.type === 'history')?.events, history);
  });

  it('refuses whatever would change something', async () => {
    for (const act of [hub.terminate('x', null), hub.raiseEvent('x', 'Go', null), hub.purge('x'), hub.start({ name: 'Order' })]) {
      await assert.rejects(act, (error) => DurascopeError.is(error, 'NotSupported'));
    }
    assert.equal(await hub.get('y'), undefined);
  });
});
