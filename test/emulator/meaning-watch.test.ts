import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { LogEntry } from '../../src/core/ports/logger';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import { watchMeanings } from '../../src/emulator/app/meaning-watch';
import { TestHub } from '../support/test-hub';

describe('what puzzles, in the log', () => {
  it('is told at the instance with its paragraph, each kind once for an orchestrator', async () => {
    const hub = await TestHub.open({
      scripts: {
        *flag(context) {
          return yield context.activity('echo', true);
        },
        *number(context) {
          return yield context.activity('echo', 1);
        },
      },
      activities: { echo: (input) => input },
    });
    const logs: LogEntry[] = [];
    const watch = watchMeanings(hub.engine, (entry) => logs.push(entry));
    try {
      await hub.start('number');
      await hub.start('flag', { instanceId: 'one' });
      await hub.start('flag', { instanceId: 'two' });
      assert.deepEqual(
        logs.map(({ level, instanceId, functionName }) => [level, instanceId, functionName]),
        [['warning', 'one', 'flag']],
      );
      assert.match(logs[0]?.message ?? '', /text 'True' or 'False'.*\(docs\/meanings\.md#a-boolean-arrives-as-text\)$/);
    } finally {
      watch.dispose();
      await hub.dispose();
    }
  });

  it('is told of each instance that got an event under another case', async () => {
    const hub = await TestHub.open({
      scripts: {
        *waits(context) {
          return yield context.waitEvent('go');
        },
      },
    });
    const logs: LogEntry[] = [];
    let tell: (changes: readonly HubChange[]) => void = () => undefined;
    const subscribe = (listener: typeof tell) => {
      tell = listener;
      return { dispose: () => undefined };
    };
    watchMeanings({ subscribe, history: () => Promise.resolve([]) }, (entry) => logs.push(entry));
    try {
      for (const instanceId of ['one', 'two', 'two']) {
        await hub.start('waits', { instanceId, replaceable: ['Running'] });
        const raised = { EventType: 'EventRaised', EventId: -1, IsPlayed: false, Timestamp: '', Name: 'GO', Input: null };
        const newEvents = [raised as HistoryEvent];
        tell([{ type: 'instance', row: hub.row(instanceId), newEvents, historyReplaced: false }]);
      }
      assert.deepEqual(
        logs.map(({ instanceId, message }) => [instanceId, /Did you mean 'go'\?/.test(message)]),
        [
          ['one', true],
          ['two', true],
        ],
      );
    } finally {
      await hub.dispose();
    }
  });

  it('says of each instance that fails or is terminated with locks which ones nobody gives back', async () => {
    const hub = await TestHub.open({
      scripts: {
        *fails(context) {
          yield context.lock(`@counter@${String(context.input)}`);
          throw new Error('within the section');
        },
        *waits(context) {
          yield context.lock('@counter@c');
          return yield context.waitEvent('go');
        },
      },
      entities: { counter: () => undefined },
    });
    const logs: LogEntry[] = [];
    const watch = watchMeanings(hub.engine, (entry) => logs.push(entry));
    try {
      await hub.start('fails', { instanceId: 'one', input: '"a"' });
      await hub.start('fails', { instanceId: 'two', input: '"b"' });
      await hub.start('waits', { instanceId: 'three' });
      await hub.engine.terminate('three', null);
      await hub.quiet();
      const told = logs.map(({ level, instanceId, message }) => [level, instanceId, /its locks: (\S+)/.exec(message)?.[1]]);
      assert.deepEqual(told, [
        ['warning', 'one', '@counter@a'],
        ['warning', 'two', '@counter@b'],
        ['warning', 'three', '@counter@c'],
      ]);
    } finally {
      watch.dispose();
      await hub.dispose();
    }
  });
});
