import assert from 'node:assert/strict';
import { seenCalls } from '../../src/protocol/seen-calls';
import { completed, failed, raised, scheduled, started, story, turn } from '../webview/histories';

const sent = (instanceId: string, name: string, input: object) =>
  ({ EventType: 'EventSent', EventId: 7, InstanceId: instanceId, Name: name, Input: JSON.stringify(input) }) as const;

const told = (...events: readonly object[]): string[] =>
  seenCalls(story(...(events as never[]))).map(
    (each) => `${each.kind} ${each.name} ${each.total} ${each.running} ${each.failed}`,
  );

describe('what an instance was seen to call', () => {
  it('are activities by name, with those that have failed and those without an answer', () => {
    assert.deepEqual(
      told(
        turn,
        started('A'),
        scheduled(0, 'X'),
        scheduled(1, 'X'),
        scheduled(2, 'x'),
        completed(0, 'null'),
        failed(1, 'no'),
        scheduled(3, 'Y'),
      ),
      ['call X 3 1 1', 'call Y 1 1 0'],
    );
  });

  it('are entities, whose answers are no events; locks and releases are no calls', () => {
    assert.deepEqual(
      told(
        turn,
        started('A'),
        sent('@counter@a', 'op', { id: 'r1', op: 'get' }),
        sent('@counter@a', 'op', { id: 'r2', op: 'add', signal: true }),
        sent('@counter@a', 'op', { id: 'r3', lockset: [{ name: 'counter', key: 'a' }] }),
        sent('@counter@a', 'release', { id: 'r3', parent: 'x' }),
        sent('other', 'op', { id: 'r4' }),
        raised('r1', '{"result":"1"}'),
        raised('Approval', 'true'),
        raised('Approval', 'no json'),
      ),
      ['entity counter 1 0 0', 'signal counter 1 0 0', 'awaits Approval 2 0 0'],
    );
  });
});
