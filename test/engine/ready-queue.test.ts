import assert from 'node:assert/strict';
import { LiveInstance } from '../../src/engine/live-instance';
import { ReadyQueue } from '../../src/engine/ready-queue';
import type { InstanceRow } from '../../src/core/instances/instance';
import type { OrchestrationStatus } from '../../src/core/values/status';

function instance(instanceId: string, runtimeStatus: OrchestrationStatus): LiveInstance {
  return new LiveInstance(instanceId, { instanceId, runtimeStatus } as InstanceRow, null);
}

function drain(queue: ReadyQueue): string {
  const ids: string[] = [];
  for (let live = queue.shift(); live !== undefined; live = queue.shift()) ids.push(live.instanceId);
  return ids.join(' ');
}

describe('instances with something to do', () => {
  it('that have begun come before new ones', () => {
    const queue = new ReadyQueue();
    queue.push(instance('new', 'Pending'));
    queue.push(instance('begun', 'Running'));
    assert.equal(drain(queue), 'begun new');
  });

  it('that are new are not starved by those that have begun', () => {
    const queue = new ReadyQueue();
    for (const id of ['n1', 'n2']) queue.push(instance(id, 'Pending'));
    for (const id of ['1', '2', '3', '4', '5', '6']) queue.push(instance(id, 'Running'));
    assert.equal(drain(queue), '1 2 3 4 n1 5 6 n2');
  });

  it('keep their order among themselves', () => {
    const queue = new ReadyQueue();
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) queue.push(instance(id, 'Suspended'));
    assert.equal(drain(queue), 'a b c d e f');
  });
});
