/** The numbers of docs/limits.md are those of the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { maxEntityChars } from '../../src/core/entities/entity-room';
import { maxAsideChars, maxValueChars } from '../../src/core/values/value-limit';
import { defaultEngineOptions } from '../../src/engine/engine-options';
import { defaultHttpLimits } from '../../src/http/http-settings';
import { recordChars } from '../../src/store/checkpoint-codec';
import { documentLimits } from '../../src/protocol/history-document';
import { panelLimits } from '../../src/protocol/panel-history';
import { maxSavedChars } from '../../src/webview/models/history-export';
import { maxMessageChars } from '../../src/workers/node/wire/frames';
import { maxAnswerChars, maxAnswerText } from '../../src/tools/tool-answer';
import { longestMessage } from '../../src/workers/rpc/stream/rpc-listener';

describe('the page of the limits', () => {
  const page = readFileSync(path.resolve(__dirname, '../../docs/limits.md'), 'utf8');
  const mb = (bytes: number): string => `${bytes / 1024 / 1024} MB`;
  for (const [what, number] of [
    ['One value', maxValueChars.toLocaleString('en')],
    ['One entity', maxEntityChars.toLocaleString('en')],
    ['what stands beside a value', maxAsideChars.toLocaleString('en')],
    ['One step of one instance', (2 * recordChars).toLocaleString('en')],
    ['One batch of steps', recordChars.toLocaleString('en')],
    ['History as a document', documentLimits.document.toLocaleString('en')],
    ['History in a panel', panelLimits.whole.toLocaleString('en')],
    ['of a payload of the rows after that', panelLimits.payload.toLocaleString('en')],
    ['Rows saved out of a panel', maxSavedChars.toLocaleString('en')],
    ['History of a child in the timeline', (2 * panelLimits.message).toLocaleString('en')],
    ['What a tool answers', maxAnswerChars.toLocaleString('en')],
    ['What a tool answers', maxAnswerText.toLocaleString('en')],
    ['One message to or from the process', maxMessageChars.toLocaleString('en')],
    ['One message from a C#', mb(longestMessage)],
    ['Body of a request to the management API', mb(defaultHttpLimits.managementBodyBytes)],
    ['Body for an HTTP trigger', mb(defaultHttpLimits.appBodyBytes)],
    ['Body of an import', mb(defaultHttpLimits.importBodyBytes)],
    ['Idle instances in memory', defaultEngineOptions.maxIdleInstances.toLocaleString('en')],
    ['Entity operations in one batch', defaultEngineOptions.maxEntityBatch.toLocaleString('en')],
  ] as const) {
    it(`has the number of the code: ${what}`, () => {
      const at = page.indexOf(what);
      assert.ok(at >= 0);
      assert.ok(page.slice(at, at + 400).includes(number), `${what}: ${number}`);
    });
  }
});
