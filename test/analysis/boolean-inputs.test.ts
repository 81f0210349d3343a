/** A boolean alone as an activity's input, which arrives as text. */
import assert from 'node:assert/strict';
import { analyzeText, applied, orchestrator, told } from './analyze-text';

/** The input as it is found, and what stands in front of the orchestrator. */
const found: Record<string, { body: string; on: string; before?: string }> = {
  'a literal': { body: "yield context.df.callActivity('F', true);", on: 'true' },
  'a negation': { body: "yield context.df.callActivity('F', !context.df.getInput());", on: '!context.df.getInput()' },
  'a comparison': { body: "const n = 1;\nyield context.df.callActivity('F', n >= 2);", on: 'n >= 2' },
  'both sides of an or': { body: "const n = 1;\nyield context.df.callActivity('F', n > 2 || !n);", on: 'n > 2 || !n' },
  'a choice of two': { body: "const n = 1;\nyield context.df.callActivity('F', n ? true : false);", on: 'n ? true : false' },
  'Boolean(x)': {
    body: "yield context.df.callActivity('F', Boolean(context.df.getInput()));",
    on: 'Boolean(context.df.getInput())',
  },
  'a constant': { body: "const ok = 1 < 2;\nyield context.df.callActivity('F', ok);", on: 'ok' },
  'after the options of a retry': {
    body: "yield context.df.callActivityWithRetry('F', new df.RetryOptions(1, 2), false);",
    on: 'false',
  },
  'a registered activity': {
    before: "const f = df.app.activity('F', { handler: () => 1 });",
    body: 'yield f(true);',
    on: 'true',
  },
  'a task that is yielded in a group': {
    body: "yield context.df.Task.all([context.df.callActivity('F', false as boolean)]);",
    on: 'false as boolean',
  },
};

const silent: Record<string, { body: string; before?: string }> = {
  'a boolean inside of an object': { body: "yield context.df.callActivity('F', { value: true });" },
  'a boolean inside of a list': { body: "yield context.df.callActivity('F', [true]);" },
  'other inputs': { body: "yield context.df.callActivity('F', 'true');\nyield context.df.callActivity('F', 1 + 1);" },
  'no input': { body: "yield context.df.callActivity('F');" },
  'what may be something else': { body: "const n = context.df.getInput();\nyield context.df.callActivity('F', n && n > 1);" },
  'a variable that is set again': { body: "let ok: unknown = true;\nok = 'yes';\nyield context.df.callActivity('F', ok);" },
  'a child, which gets it as it is': { body: "yield context.df.callSubOrchestrator('F', true);" },
  'a registered child': {
    before: "const f = df.app.orchestration('F', function* () { return 1; });",
    body: 'yield f(true);',
  },
  'a Boolean of the app': {
    before: 'const Boolean = (x: unknown) => [x];',
    body: "yield context.df.callActivity('F', Boolean(1));",
  },
};

describe('booleans as the input of an activity', () => {
  for (const [title, { body, on, before }] of Object.entries(found)) {
    it(`are found, and wrapped in an object: ${title}`, async () => {
      const text = orchestrator(body, before);
      const findings = await analyzeText(text);
      assert.deepEqual(told(findings, text), [`booleanAsText: ${on}`]);
      const fix = findings[0]?.fixes[0];
      assert.ok(fix);
      const at = text.indexOf(`${on})`);
      assert.equal(applied(text, fix), `${text.slice(0, at)}{ value: ${on} }${text.slice(at + on.length)}`);
      assert.deepEqual(await analyzeText(applied(text, fix)), []);
    });
  }

  it('are found in the older model', async () => {
    const text =
      "const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (context) {\n  yield context.df.callActivity('F', true);\n});\n";
    assert.deepEqual(told(await analyzeText({ 'Story/index.js': text }, 'Story'), { 'Story/index.js': text }), [
      'booleanAsText: true',
    ]);
  });

  for (const [title, { body, before }] of Object.entries(silent)) {
    it(`nothing is said about ${title}`, async () => {
      assert.deepEqual(told(await analyzeText(orchestrator(body, before)), orchestrator(body, before)), []);
    });
  }
});
