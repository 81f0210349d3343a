/** Findings about when tasks begin, and about the clock: what runs, but not as one would guess. */
import assert from 'node:assert/strict';
import { analyzeText, applied, orchestrator, told } from './analyze-text';

const call = (name: string): string => `context.df.callActivity('${name}')`;
const retried = (name: string): string => `context.df.callActivityWithRetry('${name}', options)`;
const timer = 'context.df.createTimer(due)';

interface Story {
  title: string;
  body: string;
  before?: string;
  found: readonly string[];
  /** After the first finding's first fix, which leaves no such finding; null: no fix. */
  fixed?: string | null;
}

const stories: Record<string, Story[]> = {
  'work that runs one after the other': [
    {
      title: 'two calls, then two yields',
      body: `const a = ${call('A')};\nconst b = ${call('B')};\nreturn [yield a, yield b];`,
      found: ['oneByOne: yield b'],
      fixed: `const a = ${call('A')};\nconst b = ${call('B')};\nyield context.df.Task.all([a, b]);\nreturn [yield a, yield b];`,
    },
    {
      title: 'three, each in a statement of its own',
      body: `const a = ${call('A')}, b = ${call('B')};\nconst c = context.df.callSubOrchestrator('C');\nconst x = yield a;\nconst y = yield b;\nconst z = yield c;`,
      found: ['oneByOne: yield b', 'oneByOne: yield c'],
      fixed: `const a = ${call('A')}, b = ${call('B')};\nconst c = context.df.callSubOrchestrator('C');\nyield context.df.Task.all([a, b, c]);\nconst x = yield a;\nconst y = yield b;\nconst z = yield c;`,
    },
    {
      title: 'something else is waited for before',
      body: `const a = ${call('A')};\nyield ${timer};\nreturn yield a;`,
      found: ['oneByOne: yield a'],
      fixed: null,
    },
    {
      title: 'a group that begins after something else',
      body: `const a = ${call('A')};\nyield ${call('B')};\nreturn yield context.df.Task.all([a, ${call('C')}]);`,
      found: [`oneByOne: yield context.df.Task.all([a, ${call('C')}])`],
      fixed: null,
    },
    {
      title: 'a list, yielded in a loop',
      body: `const tasks = [${call('A')}, ${call('B')}];\nconst seen = [];\nfor (const task of tasks) seen.push(yield task);`,
      found: ['oneByOne: yield task'],
      fixed: `const tasks = [${call('A')}, ${call('B')}];\nconst seen = [];\nyield context.df.Task.all(tasks);\nfor (const task of tasks) seen.push(yield task);`,
    },
    {
      title: 'a list made by map, yielded by its index',
      body: `const tasks = names.map((each) => ${call('A')});\nfor (let i = 0; i < tasks.length; i++) {\n  yield tasks[i];\n}`,
      found: ['oneByOne: yield tasks[i]'],
      fixed: `const tasks = names.map((each) => ${call('A')});\nif (tasks.length > 0) yield context.df.Task.all(tasks);\nfor (let i = 0; i < tasks.length; i++) {\n  yield tasks[i];\n}`,
    },
    {
      title: 'a list filled in a loop, whose failures are caught one by one',
      body: `const tasks = [];\nfor (const x of xs) tasks.push(${call('A')});\nfor (const task of tasks) { try { yield task; } catch {} }`,
      before: 'const xs = [1, 2];',
      found: ['oneByOne: yield task'],
      fixed: null,
    },
    {
      title: 'a list of one, to which another is added',
      body: `const tasks = [${call('A')}];\ntasks.push(${call('B')});\nfor (const task of tasks) yield task;`,
      found: ['oneByOne: yield task'],
    },
    {
      title: 'registered activities and retries',
      before: "const hello = df.app.activity('hello', { handler: () => 1 });",
      body: 'const a = hello(1);\nconst b = hello(2).withRetry(o);\nyield a;\nyield b;',
      found: ['oneByOne: yield b'],
    },
    {
      title: 'in a generator that the orchestrator runs',
      before: `function* both(df) {\n  const a = df.callActivity('A');\n  const b = df.callActivity('B');\n  yield a;\n  yield b;\n}`,
      body: 'yield* both(context.df);',
      found: ['oneByOne: yield b'],
    },
  ],
  'tasks that come into a second group': [
    {
      title: 'any of them, then all',
      body: `const tasks = [${call('A')}, ${call('B')}];\nyield context.df.Task.any(tasks);\nreturn yield context.df.Task.all(tasks);`,
      found: ['groupedAgain: context.df.Task.all(tasks)'],
      fixed: null,
    },
    {
      title: 'one after the other, as they end',
      body: `const tasks = names.map((each) => ${call('A')});\nwhile (tasks.length > 0) {\n  const done = yield context.df.Task.any(tasks);\n  tasks.splice(tasks.indexOf(done), 1);\n}`,
      found: ['groupedAgain: context.df.Task.any(tasks)'],
    },
    {
      title: 'a timer around a loop of events, with work after it',
      body: `const timeout = ${timer};\nfor (;;) {\n  const event = context.df.waitForExternalEvent('Go');\n  const first = yield context.df.Task.any([event, timeout]);\n  if (first === timeout) break;\n}\nyield ${call('A')};`,
      found: ['groupedAgain: context.df.Task.any([event, timeout])'],
    },
    {
      title: 'a task of two groups that are waited for together',
      body: `const a = ${call('A')};\nconst one = context.df.Task.all([a, ${call('B')}]);\nconst other = context.df.Task.all([a, ${call('C')}]);\nyield context.df.Task.any([one, other]);`,
      found: [`groupedAgain: context.df.Task.all([a, ${call('C')}])`],
    },
  ],
  'tasks with retries that a failed group leaves behind': [
    {
      title: 'what undoes is called where it fails',
      body: `try {\n  yield context.df.Task.all([${call('A')}, ${retried('B')}]);\n} catch {\n  yield ${call('C')};\n}`,
      found: [`retryLeftBehind: context.df.Task.all([${call('A')}, ${retried('B')}])`],
      fixed: null,
    },
    {
      title: 'a list made for each, and work after it',
      body: `const tasks = names.map((each) => ${retried('B')});\ntry {\n  yield context.df.Task.all(tasks);\n} catch (error) {\n  context.log(error);\n}\nreturn yield ${call('C')};`,
      found: ['retryLeftBehind: context.df.Task.all(tasks)'],
    },
    {
      title: 'a list that is filled, in each round of a loop',
      body: `for (const name of names) {\n  const tasks = [];\n  tasks.push(${call('A')});\n  tasks.push(${retried('B')});\n  try {\n    yield context.df.Task.all(tasks);\n  } catch {}\n}`,
      found: ['retryLeftBehind: context.df.Task.all(tasks)'],
    },
    {
      title: 'work that is done in the end, whatever happens',
      body: `try {\n  yield context.df.Task.all([${call('A')}, ${retried('B')}]);\n} catch (error) {\n  throw new Error('late');\n} finally {\n  yield ${call('C')};\n}`,
      found: [`retryLeftBehind: context.df.Task.all([${call('A')}, ${retried('B')}])`],
    },
  ],
  'the clock, changed': [
    {
      title: 'through a variable',
      body: `const due = context.df.currentUtcDateTime;\ndue.setDate(due.getDate() + 1);\nyield ${timer};`,
      found: ['changedClock: due.setDate(due.getDate() + 1)'],
      fixed: `const due = new Date(context.df.currentUtcDateTime);\ndue.setDate(due.getDate() + 1);\nyield ${timer};`,
    },
    {
      title: 'itself, for the value',
      body: 'return new Date(context.df.currentUtcDateTime.setMinutes(0));',
      found: ['changedClock: context.df.currentUtcDateTime.setMinutes(0)'],
      fixed: 'return new Date(new Date(context.df.currentUtcDateTime).setMinutes(0));',
    },
    {
      title: 'itself, as a statement',
      body: 'context.df.currentUtcDateTime.setUTCHours(8);',
      found: ['changedClock: context.df.currentUtcDateTime.setUTCHours(8)'],
      fixed: null,
    },
    {
      title: 'taken apart',
      body: 'const { currentUtcDateTime: now } = context.df;\nnow.setTime(0);',
      found: ['changedClock: now.setTime(0)'],
      fixed: null,
    },
    {
      title: 'in a function that it is given to',
      before: 'function later(date) {\n  date.setHours(9);\n  return date;\n}',
      body: 'return later(context.df.currentUtcDateTime);',
      found: ['changedClock: date.setHours(9)'],
    },
  ],
};

/** The documents' samples, and code that means what it does. */
const silent: Record<string, string> = {
  'work that is made where it is yielded': `const a = yield ${call('A')};\nconst b = yield ${call('B')};`,
  'fan-out': `const tasks = [];\nfor (let i = 0; i < 3; i++) tasks.push(${call('A')});\nconst results = yield context.df.Task.all(tasks);\nfor (const each of results) context.log(each);`,
  'a list that was waited for in a group': `const tasks = [${call('A')}, ${call('B')}];\nyield context.df.Task.any(tasks);\nfor (const task of tasks) yield task;`,
  'work for the other case': `const undo = ${call('Undo')};\ntry { yield ${call('Do')}; } catch { yield undo; }`,
  'work that only one branch needs': `const more = ${call('More')};\nconst n = yield ${call('A')};\nif (n > 1) yield more;`,
  'an event waited for early, yielded late': `const go = context.df.waitForExternalEvent('Go');\nyield ${call('A')};\nyield go;`,
  'a timer made early, yielded late': `const t = ${timer};\nyield ${call('A')};\nyield t;`,
  'a race with a timer': `const t = ${timer};\nconst e = context.df.waitForExternalEvent('Go');\nconst first = yield context.df.Task.any([e, t]);\nif (first === e) { t.cancel(); yield ${call('A')}; } else { yield ${call('B')}; }`,
  'tries with one timer around them, after which nothing follows': `const t = ${timer};\nlet ok = false;\nfor (let i = 0; i <= 3; i++) {\n  const e = context.df.waitForExternalEvent('Go');\n  const first = yield context.df.Task.any([e, t]);\n  if (first !== e) break;\n  ok = true;\n}\nreturn ok;`,
  'an event that outlives its reminders': `const e = context.df.waitForExternalEvent('Go');\nwhile (true) {\n  const t = ${timer};\n  if ((yield context.df.Task.any([e, t])) === e) break;\n  yield ${call('Remind')};\n}`,
  'groups that exclude each other': `const tasks = [${call('A')}, ${call('B')}];\nif (x) return yield context.df.Task.all(tasks);\nyield context.df.Task.any(tasks);`,
  'groups of a list that is made anew': `let tasks = [${call('A')}];\nyield context.df.Task.all(tasks);\ntasks = [${call('B')}];\nyield context.df.Task.all(tasks);`,
  'a loop that makes its own tasks': `while (true) {\n  const tasks = [${call('A')}, ${call('B')}];\n  yield context.df.Task.all(tasks);\n}`,
  'retries in a group whose failure ends the orchestration': `yield context.df.Task.all([${call('A')}, ${retried('B')}]);\nyield ${call('C')};`,
  'retries in a group whose failure is passed on': `try {\n  yield context.df.Task.all([${call('A')}, ${retried('B')}]);\n} catch (error) {\n  throw new Error('late');\n}\nyield ${call('C')};`,
  'retries in a race': `try {\n  yield context.df.Task.any([${timer}, ${retried('B')}]);\n} catch {\n  yield ${call('C')};\n}`,
  'retries in a group of their own': `try {\n  yield context.df.Task.all([${retried('B')}]);\n} catch {\n  yield ${call('C')};\n}`,
  'retries that are caught where nothing is called any more': `try {\n  yield context.df.Task.all([${call('A')}, ${retried('B')}]);\n} catch {\n  return 'failed';\n}\nreturn 'done';`,
  'a copy of the clock': `const due = new Date(context.df.currentUtcDateTime);\ndue.setDate(1);\nconst other = new Date(context.df.currentUtcDateTime.getTime());\nother.setHours(1);`,
  'a clock that has gone on': `const due = context.df.currentUtcDateTime;\nyield ${call('A')};\ndue.setDate(1);`,
  'a date that replaces the clock in the variable': `let due = context.df.currentUtcDateTime;\ndue = new Date(due);\ndue.setDate(1);`,
};

describe('findings about when tasks begin', () => {
  for (const [topic, those] of Object.entries(stories)) {
    describe(topic, () => {
      for (const { title, body, before, found, fixed } of those) {
        it(title, async () => {
          const text = orchestrator(body, before);
          const findings = await analyzeText(text);
          assert.deepEqual(told(findings, text), found);
          if (fixed === undefined) return;
          const fix = findings[0]?.fixes[0];
          if (fixed === null) assert.equal(fix, undefined);
          else {
            assert.ok(fix);
            assert.equal(applied(text, fix), orchestrator(fixed, before));
            assert.deepEqual(told(await analyzeText(applied(text, fix)), text), []);
          }
        });
      }
    });
  }

  describe('nothing is said about', () => {
    for (const [title, body] of Object.entries(silent)) {
      it(title, async () => {
        const text = orchestrator(body);
        assert.deepEqual(told(await analyzeText(text), text), []);
      });
    }
  });

  it('the message names what comes before, and what to do', async () => {
    const [found] = await analyzeText(orchestrator(`const a = ${call('A')};\nconst b = ${call('B')};\nyield a;\nyield b;`));
    assert.match(found?.message ?? '', /^`b` begins only here, after `yield a`\. Work begins when .* context\.df\.Task\.all/);
  });
});
