/**
 * Races after which the orchestrator continues as new, so that the event that won comes again (recorded: `race-then-new-twice`), unless it waits
 * in between (recorded: `race-wait-then-new`).
 */
import assert from 'node:assert/strict';
import { analyzeText, applied, orchestrator, told } from './analyze-text';

const tasks = `const e = context.df.waitForExternalEvent('Go');\nconst t = context.df.createTimer(due);\n`;
const race = `${tasks}const first = yield context.df.Task.any([e, t]);\n`;
const activity = "yield context.df.callActivity('Save');\n";
const again = 'context.df.continueAsNew(1)';

const found: Record<string, string> = {
  'where the event has won': `${race}if (first === e) {\n  t.cancel();\n  ${again};\n}`,
  'where the timer has not': `${race}if (first === t) return 'late';\nt.cancel();\n${again};`,
  'with the timer cancelled unless it has fired': `${race}if (!t.isCompleted) t.cancel();\n${again};`,
  'with the work in the other branch': `${race}if (first === t) {\n  ${activity}} else {\n  t.cancel();\n}\n${again};`,
  'with what needs no waiting in between': `${race}t.cancel();\ncontext.df.setCustomStatus('on');\ncontext.df.signalEntity(id, 'add');\n${again};`,
  'with an activity in front of the race': `${activity}${race}t.cancel();\n${again};`,
  'with the event made in the group': `const t = context.df.createTimer(due);\nyield context.df.Task.any([context.df.waitForExternalEvent('Go'), t]);\nt.cancel();\n${again};`,
  'with the group in a variable': `${tasks}const both = context.df.Task.any([e, t]);\nyield both;\nt.cancel();\n${again};`,
  'with the race in the condition': `${tasks}if ((yield context.df.Task.any([e, t])) === e) {\n  t.cancel();\n  ${again};\n}`,
  'with a try around it': `try {\n${race}t.cancel();\n${again};\n} catch { ${activity} }`,
  'behind a loop that it ends': `while (true) {\n${race}if (first === e) {\n  t.cancel();\n  break;\n}\n${activity}}\n${again};`,
  'in a choice of the app': `${race}t.cancel();\nif (n > 1) ${again};`,
  'in a case of a switch': `${race}t.cancel();\nswitch (n) {\n  case 1:\n    ${activity}break;\n  default:\n    ${again};\n}`,
};

const silent: Record<string, string> = {
  'an activity in between': `${race}t.cancel();\n${activity}${again};`,
  'a timer in between': `${race}t.cancel();\nyield context.df.createTimer(due);\n${again};`,
  'a generator in between': `${race}t.cancel();\nyield* more(context);\n${again};`,
  'no continueAsNew': `${race}if (first === e) t.cancel();\nreturn 1;`,
  'continuing where the timer has won': `${race}if (first === t) {\n  ${again};\n  return;\n}\nt.cancel();\n${activity}`,
  'a timer that is not cancelled': `${race}if (first === t) return;\n${again};`,
  'another timer that is cancelled': `const o = context.df.createTimer(due);\n${race}o.cancel();\n${again};`,
  'a race of two events': `const e = context.df.waitForExternalEvent('Go');\nconst o = context.df.waitForExternalEvent('No');\nyield context.df.Task.any([e, o]);\n${again};`,
  'a race of an activity': `const t = context.df.createTimer(due);\nyield context.df.Task.any([context.df.callActivity('F'), t]);\nt.cancel();\n${again};`,
  'an event without a race': `yield context.df.waitForExternalEvent('Go');\n${again};`,
  'conditions that exclude each other': `let isDone = false;\n${race}if (first === e) {\n  t.cancel();\n  isDone = true;\n}\nif (!isDone) ${again};`,
  'a loop that goes on with an activity': `for (const x of [1, 2]) {\n${race}if (first === e) {\n  t.cancel();\n  continue;\n}\n}\n${activity}${again};`,
  'a wait in the branch that continues': `${race}if (first === e) {\n  t.cancel();\n  ${activity}  ${again};\n}`,
};

describe('continueAsNew right after a race that an event has won', () => {
  for (const [title, body] of Object.entries(found)) {
    it(`is found ${title}`, async () => {
      const text = orchestrator(body);
      const findings = await analyzeText(text);
      assert.deepEqual(told(findings, text), [`eventAgain: ${again}`]);
      const [fix] = findings[0]?.fixes ?? [];
      assert.ok(fix !== undefined);
      const mended = applied(text, fix);
      assert.ok(mended.includes('yield context.df.createTimer(context.df.currentUtcDateTime);'), mended);
      assert.deepEqual(told(await analyzeText(mended), mended), []);
    });
  }

  it('is mended by a timer that is due at once, in a line of its own or in a block', async () => {
    const mended = async (body: string): Promise<string> => {
      const text = orchestrator(body);
      const [fix] = (await analyzeText(text))[0]?.fixes ?? [];
      assert.equal(fix?.title, 'Wait for a timer that is due at once in between');
      return applied(text, fix);
    };
    const wait = 'yield context.df.createTimer(context.df.currentUtcDateTime);';
    const inBlock = await mended(`${race}if (first === e) {\n  t.cancel();\n  ${again};\n}`);
    assert.ok(inBlock.includes(`  t.cancel();\n  ${wait}\n  ${again};\n}`), inBlock);
    const behindIf = await mended(`${race}t.cancel();\nif (n > 1) ${again};`);
    assert.ok(behindIf.includes(`if (n > 1) { ${wait} ${again}; }`), behindIf);
  });

  it('has no fix where continueAsNew is but a part of an expression', async () => {
    const text = orchestrator(`${race}t.cancel();\nn > 1 && ${again};`);
    assert.deepEqual(
      (await analyzeText(text)).map(({ fixes }) => fixes),
      [[]],
    );
  });

  it('is found in the older model, where it is yielded', async () => {
    const text = `const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (context) {\n${race}t.cancel();\nyield ${again};\n});\n`;
    const app = { 'Story/index.js': text };
    assert.deepEqual(told(await analyzeText(app, 'Story'), app), [`eventAgain: ${again}`]);
  });

  it('the message names the race and what helps', async () => {
    const [finding] = await analyzeText(orchestrator(`${race}t.cancel();\n${again};`));
    assert.match(
      finding?.message ?? '',
      /^`context\.df\.continueAsNew\(1\)` follows the race on line 6 .* Yield an activity, or a timer that is due at once, between/,
    );
  });

  for (const [title, body] of Object.entries(silent)) {
    it(`nothing is said about ${title}`, async () => {
      const text = orchestrator(body);
      assert.deepEqual(told(await analyzeText(text), text), []);
    });
  }
});
