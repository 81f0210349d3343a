import assert from 'node:assert/strict';
import { CompactHistory, type Operation } from '../../src/core/history/compact-history';
import { shownOperations } from '../../src/webview/models/shown-operations';
import { serialisedException } from '../../src/core/values/serialised-exception';
import { completed, ended, failed, fired, helloCities, raised, rest, scheduled, started, story, timer, turn } from './histories';

const asTold = ({ kind, name, state, result, attempts, rows }: Operation) => [kind, name, state, result, attempts, rows.length];
const inOrder = { by: 'start', descending: false } as const;
const all = { text: '', failedOnly: false };

describe('the compact history', () => {
  it('has one operation for each call, and none for the marks of turns', () => {
    assert.deepEqual(new CompactHistory().update('1', helloCities).map(asTold), [
      ['start', 'HelloCities', 'completed', null, 1, 1],
      ['activity', 'SayHello', 'completed', '"Hello Tokyo!"', 1, 2],
      ['activity', 'SayHello', 'completed', '"Hello Seattle!"', 1, 2],
      ['activity', 'SayHello', 'completed', '"Hello London!"', 1, 2],
      ['end', 'Completed', 'completed', '["Hello Tokyo!","Hello Seattle!","Hello London!"]', 1, 1],
    ]);
  });

  const retried = story(
    ...[turn, started('Order'), { ...scheduled(0, 'Charge'), KeptInput: '{"card":1}' }, timer(1, 60), rest],
    ...[
      turn,
      {
        ...failed(0, "Activity function 'Charge' failed: no"),
        Details: serialisedException('no', 'TypeError: no\n    at f (/a.js:1:1)'),
      },
    ],
    ...[timer(2, 9), rest, turn, fired(2, 9), scheduled(3, 'Charge'), rest, turn, { ...completed(3, '7'), QueuedMs: 400 }],
    ...[raised('Paid', '{"ok":true}'), ended(4, null), rest],
  );

  it('puts the attempts of a call together, folds the delays between, and says what was not waited for', () => {
    const operations = new CompactHistory().update('1', retried);
    assert.deepEqual(operations.map(asTold), [
      ['start', 'Order', 'completed', null, 1, 1],
      ['activity', 'Charge', 'completed', '7', 2, 6],
      ['timer', 'Timer', 'abandoned', null, 1, 1],
      ['event', 'Paid', 'completed', '{"ok":true}', 1, 1],
      ['end', 'Completed', 'completed', null, 1, 1],
    ]);
    const [, charge] = operations;
    assert.deepEqual([charge?.input, charge?.isInputKept, charge?.queuedMs, charge?.runMs], ['{"card":1}', true, 400, 2600]);
  });

  it('is the same whether rows arrive one by one or all at once, and forgets a generation that was replaced', () => {
    const growing = new CompactHistory();
    for (let length = 1; length < retried.length; length++) growing.update('1', retried.slice(0, length));
    assert.deepEqual(growing.update('1', retried).map(asTold), new CompactHistory().update('1', retried).map(asTold));
    assert.equal(growing.update('2', helloCities).length, 5);
  });

  it('tells a failure by its root cause, and finds, filters and sorts', () => {
    const failedOnce = new CompactHistory().update('1', retried.slice(0, 7));
    assert.deepEqual([failedOnce[1]?.state, failedOnce[1]?.result], ['failed', 'TypeError: no']);
    assert.deepEqual(
      shownOperations(failedOnce, { text: '', failedOnly: true }, inOrder).map(({ name }) => name),
      ['Charge'],
    );
    const operations = new CompactHistory().update('1', helloCities);
    assert.equal(shownOperations(operations, { text: 'SEATTLE sayhello', failedOnly: false }, inOrder).length, 1);
    assert.equal(shownOperations(operations, all, { by: 'start', descending: true })[0]?.kind, 'end');
    assert.equal(shownOperations(operations, all, { by: 'run', descending: true })[0]?.kind, 'end');
    assert.equal(shownOperations(operations, all, { by: 'name', descending: false })[0]?.name, 'Completed');
  });

  it('has the notes of its rows, and finds by them', () => {
    const rows = story(
      ...[turn, { ...started('Order'), Note: 'events dropped by continueAsNew: a' } as const, scheduled(0, 'Charge'), rest, turn],
      ...[{ ...completed(0, '1'), Note: "gone astray: given to 'Ship' instead of 'Charge'" } as const, rest],
    );
    const operations = new CompactHistory().update('1', rows);
    assert.deepEqual(
      operations.map(({ name, note }) => [name, note]),
      [
        ['Order', 'events dropped by continueAsNew: a'],
        ['Charge', "gone astray: given to 'Ship' instead of 'Charge'"],
      ],
    );
    const found = shownOperations(operations, { ...all, text: 'astray' }, inOrder);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['Charge'],
    );
  });

  it('puts an entity’s answer to its call, and leaves out locks that are given back', () => {
    const sent = (Input: string) => ({ EventType: 'EventSent', InstanceId: '@account@savings', Name: 'op', Input }) as const;
    const operations = new CompactHistory().update(
      '1',
      story(
        ...[
          turn,
          started('Transfer'),
          sent('{"op":"withdraw","id":"r1","input":"120"}'),
          sent('{"op":"note","signal":true,"id":"r2"}'),
          rest,
        ],
        ...[turn, raised('r1', '{"result":"880"}'), sent('{"id":"x","parent":"y"}'), rest],
      ),
    );
    assert.deepEqual(operations.slice(1).map(asTold), [
      ['entity', 'withdraw', 'completed', '880', 1, 2],
      ['entity', 'note', 'completed', null, 1, 1],
    ]);
    assert.equal(operations[1]?.instanceId, '@account@savings');
  });
});
