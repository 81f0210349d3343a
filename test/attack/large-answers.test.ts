/** More JSON than one text can hold, through what exports and answers over HTTP. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import { exportPieces } from '../../src/emulator/transfer/export-file';
import { jsonPieces } from '../../src/http/json-pieces';
import { statusPieces } from '../../src/http/status-payload';
import { instanceRow } from '../support/instance-row';

const rows = 600;
const Input = JSON.stringify('x'.repeat(1024 * 1024));
const event: HistoryEvent = {
  EventType: 'EventRaised',
  EventId: -1,
  IsPlayed: true,
  Timestamp: '2024-01-01T00:00:00.0000000Z',
  Name: 'Go',
  Input,
};
const history = Array.from({ length: rows }, () => event);
const instance = instanceRow({ instanceId: 'big', historyLength: rows });

describe('600 MB of JSON in one instance', function () {
  this.timeout(120_000);

  it('are exported in pieces', async () => {
    const hub = {
      get: () => Promise.resolve(instance),
      history: () => Promise.resolve(history),
      customStatusChanges: () => Promise.resolve([]),
    } as unknown as TaskHubClient;
    let length = 0;
    for await (const piece of exportPieces(hub, ['big'], '2026-01-01T00:00:00.000Z')) length += piece.length;
    assert.ok(length > rows * 1024 * 1024);
  });

  it('are shown by the status query as a stream', async () => {
    const { body } = jsonPieces(200, statusPieces(instance, { showInput: true, history: { events: history, showOutput: true } }));
    assert(body instanceof ReadableStream);
    let length = 0;
    for await (const chunk of body) length += chunk.byteLength;
    assert.ok(length > rows * 1024 * 1024);
  });
});
