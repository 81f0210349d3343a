import assert from 'node:assert/strict';
import { functionsInText } from '../../src/analysis/functions/functions-in-text';

describe('the functions that a text registers', () => {
  it('are told by kind, name and place', () => {
    const text = [
      "import * as df from 'durable-functions';",
      "import { app } from '@azure/functions';",
      "const names = { second: 'second one' };",
      "df.app.orchestration('helloCities', function* (context) {",
      '});',
      '  df.app . orchestration ( names.second, { handler: run });',
      'df.app.orchestration(`third`, x);',
      "df.app.activity('sayHello', { handler: () => 1 });",
      "df.app.entity('counter', count); app.http('start', { handler });",
      "df.app.client.http('other', { handler });",
    ].join('\n');
    assert.deepEqual(
      functionsInText('a.ts', text, null)?.map(({ kind, name, line0, column0 }) => [kind, name, line0, column0]),
      [
        ['orchestration', 'helloCities', 3, 0],
        ['orchestration', 'second one', 5, 2],
        ['orchestration', 'third', 6, 0],
        ['other', 'sayHello', 7, 0],
        ['entity', 'counter', 8, 0],
        ['other', 'start', 8, 33],
        ['other', 'other', 9, 0],
      ],
    );
  });

  it('of the older model are named by their folder', () => {
    const text = "const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (context) {});";
    assert.deepEqual(functionsInText('index.js', text, { name: 'HelloSequence', functionJson: '{}' }), [
      { kind: 'orchestration', name: 'HelloSequence', line0: 1, column0: 17 },
    ]);
    assert.deepEqual(functionsInText('index.js', text, null), []);
  });

  it('of a script in PowerShell is what its function.json says, at the first line of its body', () => {
    const of = (text: string, type: string, file = '/app/Hello/run.ps1', more = ''): unknown =>
      functionsInText(file, text, { name: 'Hello', functionJson: `{ "bindings": [{ "type": "${type}" }]${more} }` });
    const text =
      'using namespace System.Net\n\n# a comment\n<# param($No)\n#> <# once more #>\n  param($Context)\n$Context.Input';
    assert.deepEqual(of(text, 'orchestrationTrigger'), [{ kind: 'orchestration', name: 'Hello', line0: 5, column0: 2 }]);
    assert.deepEqual(of('param($name)', 'activityTrigger'), [{ kind: 'other', name: 'Hello', line0: 0, column0: 0 }]);
    assert.deepEqual(of('', 'orchestrationTrigger'), [{ kind: 'orchestration', name: 'Hello', line0: 0, column0: 0 }]);
    // Another script of the folder, and one that function.json names.
    assert.deepEqual(of(text, 'orchestrationTrigger', '/app/Hello/parts.ps1'), []);
    assert.deepEqual(of('1', 'orchestrationTrigger', '/app/Hello/parts.ps1', ', "scriptFile": "parts.ps1"'), [
      { kind: 'orchestration', name: 'Hello', line0: 0, column0: 0 },
    ]);
    assert.deepEqual(functionsInText('/app/run.ps1', text, null), []);
    assert.deepEqual(functionsInText('/app/Hello/run.ps1', text, { name: 'Hello', functionJson: '{ half' }), []);
  });

  it('are not those in comments, nor those under computed names', () => {
    const text =
      "// df.app.orchestration('no')\n/* app.orchestration('no') */\napp.orchestration(name, x);\nconst s = '// not a comment'; app.orchestration('yes', y)";
    assert.deepEqual(
      functionsInText('a.js', text, null)?.map((each) => [each.name, each.line0]),
      [['yes', 3]],
    );
  });

  it('cannot be told of a half-typed text, and are none of a text that speaks of none', () => {
    assert.equal(functionsInText('a.js', "app.orchestration('a', function* (", null), null);
    assert.deepEqual(functionsInText('a.js', 'x("'.repeat(100_000), null), []);
  });
});
