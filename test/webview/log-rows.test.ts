import assert from 'node:assert/strict';
import { InstanceLogs, type InstanceLine } from '../../src/core/ports/instance-logs';
import { toTimestamp } from '../../src/core/values/time';
import { logRows } from '../../src/webview/models/log-rows';
import { helloCities, storyStart } from './histories';

const at = (seconds: number): string => toTimestamp(storyStart + seconds * 1000);
const line = (number: number, seconds: number, functionName: string, message: string, run: string | null): InstanceLine => ({
  ...{ number, at: at(seconds), level: 'information', functionName, message, run, place: null },
});
const told = (lines: readonly InstanceLine[]) =>
  logRows(lines, 'HelloCities', helloCities).map((row) =>
    row.type === 'line'
      ? `${row.line.message} @${row.at}`
      : row.type === 'again'
        ? `again ${row.lines.length}`
        : `step ${row.step} @${row.at}: ${row.text}`,
  );

describe('what an instance has logged, as rows', () => {
  it('has each line of replayed code once, where it was logged first, and the repetitions together', () => {
    assert.deepEqual(
      told([
        line(0, 1, 'HelloCities', 'begin', 'r1'),
        line(1, 3, 'SayHello', 'hello', 'a'),
        line(2, 4, 'HelloCities', 'begin', 'r2'),
        line(3, 4, 'HelloCities', 'one', 'r2'),
        line(4, 8, 'HelloCities', 'begin', 'r3'),
        line(5, 8, 'HelloCities', 'one', 'r3'),
        line(6, 8, 'HelloCities', 'two', 'r3'),
      ]),
      [
        ...['step 1 @0: started', 'begin @0', 'hello @2'],
        ...['step 2 @4: SayHello completed', 'again 1', 'one @4'],
        ...['step 3 @8: SayHello completed', 'again 2', 'two @8'],
      ],
    );
  });

  it('takes nothing for a repetition that one run has said twice, or another generation', () => {
    assert.deepEqual(
      told([
        line(0, 1, 'HelloCities', 'tick', 'r1'),
        line(1, 4, 'HelloCities', 'tick', 'r1'),
        line(2, 8, 'HelloCities', 'tick', null),
      ]),
      ['step 1 @0: started', 'tick @0', 'step 2 @4: SayHello completed', 'tick @4', 'step 3 @8: SayHello completed', 'tick @8'],
    );
    assert.deepEqual(told([line(0, -9, 'HelloCities', 'begin', 'r0'), line(1, 1, 'HelloCities', 'begin', 'r1')]), [
      'begin @null',
      'step 1 @0: started',
      'begin @0',
    ]);
  });

  it('shows again in full what another way of the code has said', () => {
    assert.deepEqual(
      told([
        line(0, 1, 'HelloCities', 'begin', 'r1'),
        line(1, 1, 'HelloCities', 'left', 'r1'),
        line(2, 4, 'HelloCities', 'begin', 'r2'),
        line(3, 4, 'HelloCities', 'right', 'r2'),
      ]),
      ['step 1 @0: started', 'begin @0', 'left @0', 'step 2 @4: SayHello completed', 'again 1', 'right @4'],
    );
  });
});

describe('the lines of instances', () => {
  const logs = (lines: number, chars: number): InstanceLogs => new InstanceLogs({ lines, chars });
  const say = (to: InstanceLogs, instanceId: string, message: string): void =>
    to.add({ level: 'information', category: 'user', instanceId, message });

  it('are numbered, the newest are kept of each instance', () => {
    const all = logs(3, 1e6);
    for (const message of ['a', 'b', 'c', 'd', 'e']) say(all, 'x', message);
    assert.deepEqual(
      all.of('x').map(({ number, message }) => [number, message]),
      [
        [2, 'c'],
        [3, 'd'],
        [4, 'e'],
      ],
    );
    assert.deepEqual(all.of('x', 4).length, 1);
    assert.deepEqual(all.of('nobody'), []);
  });

  it('take a bounded amount of memory, whoever speaks', () => {
    const all = logs(1000, 10_000);
    for (let n = 0; n < 100; n++) say(all, `i${n}`, 'x'.repeat(900));
    const kept = Array.from({ length: 100 }, (_, n) => all.of(`i${n}`).length);
    assert.deepEqual([kept[99], kept[0], kept.reduce((sum, each) => sum + each, 0) <= 10], [1, 0, true]);
    for (let n = 0; n < 100; n++) say(all, 'one', 'y'.repeat(900));
    assert.ok(all.of('one').length <= 10 && all.of('one').length > 0);
    say(all, 'one', 'z'.repeat(1e6));
    assert.ok((all.of('one').at(-1)?.message.length ?? 0) < 8100);
  });
});
