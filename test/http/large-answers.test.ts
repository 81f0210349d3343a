/** Answers that are too long for one text are sent and read in pieces; here with a few megabytes, test/attack has the real sizes. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import { jsonText } from '../../src/http/exchange';
import { jsonOf } from '../../src/http/client/json-body';
import { HttpTaskHubClient } from '../../src/http/client/http-task-hub-client';
import { jsonPieces } from '../../src/http/json-pieces';
import { HttpFixture, key } from './http-fixture';

const big = 'ü"\\'.repeat(100_000);

const raised: HistoryEvent = {
  EventType: 'EventRaised',
  EventId: -1,
  IsPlayed: true,
  Timestamp: '2024-01-01T00:00:00.0000000Z',
  Name: 'Go',
  Input: JSON.stringify(big),
};

function* piecesOf(count: number): Generator<string> {
  yield '[';
  for (let index = 0; index < count; index++) yield `${index === 0 ? '' : ','}${JSON.stringify(`${index} ${big}`)}`;
  yield ']';
}

describe('answers that may be too long for one text', () => {
  it('are one body with its length where they are short, and a stream where they are not', async () => {
    assert.deepEqual(jsonPieces(202, ['[1', ',2', ']'], [['X', 'y']]), jsonText(202, '[1,2]', [['X', 'y']]));
    const { status, headers, body } = jsonPieces(200, piecesOf(50), [['X', 'y']]);
    assert(body instanceof ReadableStream);
    assert.deepEqual([status, headers], [200, jsonText(200, '', [['X', 'y']]).headers]);
    const read = (await new Response(body).json()) as string[];
    assert.deepEqual(
      read.map((each) => each.length),
      Array.from({ length: 50 }, (_, index) => `${index} ${big}`.length),
    );
  });

  it('ask for their pieces only as they are read', async () => {
    let asked = 0;
    function* counted(): Generator<string> {
      for (const piece of piecesOf(1000)) {
        asked++;
        yield piece;
      }
    }
    const { body } = jsonPieces(200, counted());
    assert(body instanceof ReadableStream);
    await body.getReader().read();
    assert.ok(asked < 50, String(asked));
  });

  it('are read line by line where they are lists of one element a line, whatever the chunks', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ index, text: `a\nb ü ${index}, ]` }));
    const text = `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
    for (const size of [1, 7, 1000]) {
      const bytes = new TextEncoder().encode(text);
      const body = new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
          controller.close();
        },
      });
      assert.deepEqual(await jsonOf(new Response(body)), rows);
    }
    for (const other of ['{"a":\n1}', '[\n]', '[]', '"x"']) {
      const body = new Blob([other]).stream();
      assert.deepEqual(await jsonOf(new Response(body)), JSON.parse(other));
    }
    assert.equal(await jsonOf(new Response(new Blob(['<html>\n']).stream())), undefined);
  });

  it('come whole through showHistory and through the client of another process', async () => {
    const http = await HttpFixture.open({
      // A history as long as a real one that is too long, but for the number of its rows.
      hub: (engine) =>
        new Proxy(engine, {
          get(target, name) {
            if (name === 'history') {
              return async (id: string) => [...(await target.history(id)), ...Array.from({ length: 40 }, () => raised)];
            }
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
    });
    const url = await http.listen();
    await http.hub.start('Waits', { instanceId: 'one' });
    const shown = await fetch(
      `${url}/runtime/webhooks/durabletask/instances/one?showHistory=true&code=${encodeURIComponent(key)}`,
    );
    assert.equal(shown.headers.get('content-length'), null);
    const { historyEvents } = (await shown.json()) as { historyEvents: { Input: string }[] };
    assert.equal(historyEvents.filter(({ Input }) => Input === JSON.stringify(big)).length, 40);
    const hub = await HttpTaskHubClient.connect({ url, key, clock: http.hub.clock });
    const history = await hub.history('one');
    assert.deepEqual(history.at(-1), { ...history.at(-1), Input: JSON.stringify(big) });
    assert.equal(history.length, (await http.hub.engine.history('one')).length + 40);
    hub.dispose();
    await http.dispose();
  });
});
