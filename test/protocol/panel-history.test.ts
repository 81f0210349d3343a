/** What of a history goes into a panel, and in how many messages. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { PanelHistory, panelLimits } from '../../src/protocol/panel-history';

const limits = { whole: 10_000, payload: 100, message: 3000 };
const rows = (count: number, chars: number): HistoryEvent[] =>
  Array.from({ length: count }, () => ({ EventType: 'TaskCompleted', Result: 'x'.repeat(chars) }) as unknown as HistoryEvent);

describe('a history on its way into a panel', () => {
  it('is one message where it is short, and the rows are as they were', () => {
    const short = rows(10, 50);
    assert.deepEqual([...new PanelHistory(limits).messages(short)], [{ events: short, shortened: 0 }]);
    assert.deepEqual([...new PanelHistory(limits).messages([])], [{ events: [], shortened: 0 }]);
  });

  it('goes in messages that are not too long, or are one row', () => {
    const long = rows(10, 900);
    const messages = [...new PanelHistory(limits).messages(long)];
    assert.ok(messages.length >= 4 && messages.every(({ events }) => events.length <= 3));
    assert.deepEqual(
      messages.flatMap(({ events }) => events),
      long,
    );
    assert.equal([...new PanelHistory(limits).messages(rows(2, 8000))].length, 2);
  });

  it('has only the beginning of long payloads from where a panel has enough, and says of how many', () => {
    const sent = new PanelHistory(limits);
    const all = [...sent.messages(rows(10, 900)), ...sent.messages(rows(10, 900)), ...sent.messages(rows(3, 50))];
    const results = all.flatMap(({ events }) => events.map((event) => (event as unknown as { Result: string }).Result));
    const whole = results.filter((text) => text.length === 900).length;
    assert.ok(whole >= 9 && whole <= 11, `${whole}`);
    assert.equal(results[19], `${'x'.repeat(100)}… (900 characters)`);
    assert.equal(results[22], 'x'.repeat(50));
    assert.equal(
      all.reduce((sum, { shortened }) => sum + shortened, 0),
      20 - whole,
    );
  });

  it('of 600 MB is some 64 MB', () => {
    const text = 'y'.repeat(1024 * 1024);
    const sent = new PanelHistory();
    const events = Array.from({ length: 600 }, () => ({ EventType: 'TaskCompleted', Result: text }) as unknown as HistoryEvent);
    for (const message of sent.messages(events)) assert.ok(JSON.stringify(message).length < 2 * panelLimits.message);
    assert.ok(sent.chars < panelLimits.whole + 600 * 2 * panelLimits.payload, `${sent.chars}`);
  });
});
