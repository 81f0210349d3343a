import assert from 'node:assert/strict';
import { jsonLog, textLog } from '../../src/cli/live-log';
import type { Terminal } from '../../src/cli/terminal';
import { ToldTerminal } from '../support/told-terminal';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import type { OrchestrationStatus } from '../../src/core/values/status';
import { instanceRow } from '../support/instance-row';

function collected(): { lines: string[]; terminal: Terminal } {
  const lines: string[] = [];
  return { lines, terminal: Object.assign(new ToldTerminal(), { print: (line: string) => lines.push(line) }) };
}

function changed(instanceId: string, runtimeStatus: OrchestrationStatus, output: string | null = null): HubChange {
  const row = instanceRow({
    instanceId,
    executionId: 'e',
    name: 'Hello',
    runtimeStatus,
    output,
    createdTime: '2026-01-01T00:00:00.0000000Z',
    lastUpdatedTime: '2026-01-01T00:00:00.0120000Z',
  });
  return { type: 'instance', row, newEvents: [], historyReplaced: false };
}

describe('the live log', () => {
  it('keeps lines back until it is opened', () => {
    const { lines, terminal } = collected();
    const log = jsonLog(terminal);
    log.log({ level: 'warning', category: 'store', message: 'torn tail' });
    assert.equal(lines.length, 0);
    log.open();
    assert.deepEqual(JSON.parse(lines[0] ?? ''), { event: 'log', level: 'warning', category: 'store', message: 'torn tail' });
  });

  it('has one line for each change of a status, not for each checkpoint', () => {
    const { lines, terminal } = collected();
    const log = jsonLog(terminal);
    log.open();
    log.changes([changed('a', 'Pending'), changed('a', 'Running'), changed('a', 'Running'), changed('b', 'Running')]);
    log.changes([changed('a', 'Completed')]);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as object),
      [
        { event: 'instance', instanceId: 'a', name: 'Hello', runtimeStatus: 'Running' },
        { event: 'instance', instanceId: 'b', name: 'Hello', runtimeStatus: 'Running' },
        { event: 'instance', instanceId: 'a', name: 'Hello', runtimeStatus: 'Completed' },
      ],
    );
  });

  it('tells people how long it took and why it failed', () => {
    const { lines, terminal } = collected();
    const log = textLog(terminal, () => new Date(2026, 0, 1, 8, 0, 0));
    log.open();
    log.changes([changed('a', 'Failed', 'out of luck\n  at somewhere')]);
    assert.deepEqual(lines, ['08:00:00 Hello a Failed (12 ms): out of luck']);
  });

  it('counts a flood instead of printing it', () => {
    const { lines, terminal } = collected();
    const log = textLog(terminal);
    log.open();
    log.changes(Array.from({ length: 5000 }, (_, index) => changed(`i${index}`, 'Completed')));
    assert.ok(lines.length <= 90, `${lines.length} lines`);
  });

  it('keeps debug lines of the emulator from people', () => {
    const { lines, terminal } = collected();
    const log = textLog(terminal);
    log.open();
    log.log({ level: 'debug', category: 'engine', message: 'episode' });
    log.log({ level: 'information', category: 'user', message: 'hello', functionName: 'SayHello' });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /SayHello: hello$/);
  });
});
