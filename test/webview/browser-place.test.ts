/** Addresses of the dashboard, and of panels: whatever the id is. */
import assert from 'node:assert/strict';
import { browserPlace, hashOf } from '../../src/webview/transport/browser-place';
import { idsOfClients, idsOfCode } from '../support/chosen-ids';

describe('the address of an instance in the dashboard', () => {
  for (const id of [...idsOfClients, ...idsOfCode]) {
    it(`comes back as it was: ${JSON.stringify(id.slice(0, 30))}`, () => {
      for (const [instanceId, panel] of [
        [id, 'instance'],
        [`@cell@${id}`, 'entity'],
      ] as const) {
        const { hash } = new URL(hashOf(instanceId), 'http://localhost:7071/');
        assert.deepEqual(browserPlace(hash), { panel, instanceId });
      }
    });
  }

  it('is taken as it stands where it was written by hand', () => {
    assert.deepEqual(browserPlace('#/instances/100%'), { panel: 'instance', instanceId: '100%' });
    assert.deepEqual(browserPlace('#/instances/a b'), { panel: 'instance', instanceId: 'a b' });
    for (const hash of ['', '#/', '#/instances/', '#/other/a']) assert.equal(browserPlace(hash).panel, 'instances', hash);
  });
});
