import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { LogEntry } from '../../src/core/ports/logger';
import { OutputLines } from '../../src/workers/supervision/output-lines';

describe('what a process prints', () => {
  async function read(text: string): Promise<{ log: string[]; output: OutputLines }> {
    const entries: LogEntry[] = [];
    const output = new OutputLines((entry) => entries.push(entry));
    const stream = new PassThrough();
    output.read(stream, 'information');
    stream.end(text);
    await finished(stream);
    return { log: entries.map(({ category, level, message }) => `${category} ${level}: ${message}`), output };
  }

  it('tells what a worker says of itself from what the app prints', async () => {
    const { log, output } = await read(
      [
        "LanguageWorkerConsoleLogSystem Log: { Log-Level: Information; Log-Message: PowerShell version: '7.4.6'. }",
        '',
        'LanguageWorkerConsoleLogSystem Log: { Invocation-Id: 1-2; Log-Level: Trace; Log-Message: Invoking { function } }',
        '',
        '',
        'of the app',
        'LanguageWorkerConsoleLogSystem Log: { Log-Level: Error; Log-Message: out of memory }',
        'LanguageWorkerConsoleLog anything',
        'of the app too',
      ].join('\r\n'),
    );
    assert.deepEqual(log, [
      "worker debug: PowerShell version: '7.4.6'.",
      'worker trace: Invoking { function }',
      'user information: ',
      'user information: of the app',
      'worker error: out of memory',
      'worker debug:  anything',
      'user information: of the app too',
    ]);
    assert.equal(output.tail(), ' Its last output:\n\nof the app\nout of memory\nof the app too');
  });
});
