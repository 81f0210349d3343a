import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import fastGlob from 'fast-glob';
import { DeterminismAnalyzer } from '../../src/analysis/rules/determinism-analyzer';
import { resolutionCandidates, type SourceFiles } from '../../src/analysis/source/module-graph';
import { analyzeText, applied, orchestrator, told } from './analyze-text';

const root = path.resolve(__dirname, '../..');

describe('findings across an app', () => {
  it('are placed in the helper, with the way from the orchestrator', async () => {
    const texts = {
      'src/functions/order.ts': [
        "import * as df from 'durable-functions';",
        "import { stamp } from '../lib/stamp.js';",
        "df.app.orchestration('Order', function* (context) {",
        '  return stamp();',
        '});',
      ].join('\n'),
      'src/lib/stamp.ts': "import { now } from './now';\nexport function stamp() {\n  return `at ${now()}`;\n}",
      'src/lib/now/index.ts': 'export const now = (): number => Date.now();',
    };
    const [finding, ...more] = await analyzeText(texts);
    assert.equal(more.length, 0);
    assert.equal(finding?.file, 'src/lib/now/index.ts');
    assert.deepEqual(finding.orchestrators, ['Order']);
    assert.deepEqual([finding.span.startLine1, finding.span.startColumn1, finding.span.endColumn1], [1, 34, 44]);
    assert.deepEqual(
      finding.related.map((each) => `${each.file}:${each.span.startLine1} ${each.message}`),
      ['src/lib/stamp.ts:3 called from stamp()', "src/functions/order.ts:4 called from orchestrator 'Order'"],
    );
    // Nothing to put in its place: the context is not at hand there.
    assert.deepEqual(finding.fixes, []);
  });

  it('use the name that the helper has for the context', async () => {
    const texts = {
      'a.js':
        "const df = require('durable-functions');\nconst { due } = require('./b');\ndf.app.orchestration('O', function* (c) { return due(c.df, 5); });",
      'b.js': 'exports.due = function (durable, n) { return Date.now() + n; };',
    };
    const [finding] = await analyzeText(texts);
    assert.deepEqual(told(finding === undefined ? [] : [finding], texts), ['currentTime: Date.now()']);
    assert.equal(finding?.fixes[0]?.title, 'Replace with durable.currentUtcDateTime.getTime()');
  });

  it('are found in generators that are run with yield*, whose yields have to be tasks', async () => {
    const text = orchestrator(
      'yield* part(context);',
      'function* part(ctx) {\n  const t = Date.now();\n  yield 3;\n  ctx.df.callActivity("A");\n}',
    );
    const findings = await analyzeText(text);
    assert.deepEqual(told(findings, text), [
      'currentTime: Date.now()',
      'yieldNonTask: yield 3',
      'missingYield: ctx.df.callActivity("A")',
    ]);
    assert.equal(findings[0]?.fixes[0]?.title, 'Replace with ctx.df.currentUtcDateTime.getTime()');
  });

  it('are found in methods, callbacks by name, async helpers and constructors', async () => {
    const before = `
      class Clock { constructor() { this.id = crypto.randomUUID(); } now() { return this.read(); } read() { return Date.now(); } static roll() { return Math.random(); } }
      const clock = new Clock();
      const price = (x) => x * Math.random();
      const tools = { env() { return process.env.A; } };
      async function load() { return (await fetch('x')).json(); }`;
    const text = orchestrator(
      'new Clock();\nclock.now();\nClock.roll();\nxs.map(price);\ntools.env();\nconst p = load();',
      before,
    );
    assert.deepEqual(told(await analyzeText(text), text), [
      'uuid: crypto.randomUUID()',
      'currentTime: Date.now()',
      'random: Math.random()',
      'random: Math.random()',
      'environment: process.env.A',
      "network: fetch('x')",
    ]);
  });

  it('are found where the changing variable is imported', async () => {
    const texts = {
      'a.ts': orchestrator('cache.set("a", 1);\nreturn count + limit;', "import { cache, count, limit } from './state';"),
      'state.ts':
        'export let count = 0;\nexport const limit = 3;\nexport const cache = new Map();\nexport const up = () => { count += 1; };',
    };
    assert.deepEqual(told(await analyzeText(texts), texts), ['globalState: cache.set("a", 1)', 'globalState: count']);
  });

  it('come once for a place that several orchestrators come to', async () => {
    const text = `import * as df from 'durable-functions';
      const now = () => Date.now();
      df.app.orchestration('A', function* () { return now(); });
      df.app.orchestration('B', function* () { return now(); });`;
    const findings = await analyzeText(text);
    assert.equal(findings.length, 1);
    assert.deepEqual(findings[0]?.orchestrators, ['A', 'B']);
    assert.deepEqual(
      findings[0].related.map((each) => each.message),
      ["called from orchestrator 'A'", "called from orchestrator 'B'"],
    );
  });

  it('end where functions call each other in a circle, in modules that import each other', async () => {
    const texts = {
      'a.ts':
        "import { b } from './b';\nexport function a() { return b(); }\nimport * as df from 'durable-functions';\ndf.app.orchestration('O', function* (c) { return a(); });",
      'b.ts': "import { a } from './a';\nexport function b() { Math.random(); return a(); }",
    };
    assert.deepEqual(told(await analyzeText(texts), texts), ['random: Math.random()']);
  });
});

describe('orchestrators are found', () => {
  const finds = async (text: string, folderName: string | null = null): Promise<string[]> =>
    (await analyzeText(text, folderName)).flatMap((each) => each.orchestrators);
  const head = "import * as df from 'durable-functions';\n";

  it('with options, by reference, wrapped and bound, by constants and templates for names', async () => {
    const text = `${head}
      const handler = function* (context) { Date.now(); };
      function* second() { Date.now(); }
      const names = { third: 'Third' };
      df.app.orchestration('First', { handler });
      df.app.orchestration(\`Second\`, withTracing(second, { a: 1 }));
      df.app.orchestration(names.third, (function* () { Date.now(); }).bind(null));
      df.app.orchestration('Fourth', (context) => fourth(context));
      function* fourth(c) { Date.now(); yield 1; }`;
    assert.deepEqual(await finds(text), ['First', 'Second', 'Third', 'Fourth', 'Fourth']);
  });

  it('of the older model, named by their folder', async () => {
    assert.deepEqual(
      await finds(
        "const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (c) { Date.now(); });",
        'Hello',
      ),
      ['Hello'],
    );
    assert.deepEqual(
      await finds(`${head}const o = df.orchestrator(function* (c) { Date.now(); });\nexport default o;`, 'Hello'),
      ['Hello'],
    );
  });

  it('of the older model may yield continueAsNew, as its first SDK wants', async () => {
    const text =
      "const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (c) { yield c.df.continueAsNew(1); });";
    assert.deepEqual(told(await analyzeText(text, 'Hello'), text), []);
  });

  it('by their types where they are registered elsewhere', async () => {
    const text = `import type { OrchestrationHandler, OrchestrationContext } from 'durable-functions';
      export const a: OrchestrationHandler = function* (context) { Date.now(); };
      export function* b(context: OrchestrationContext) { Math.random(); }`;
    assert.deepEqual(told(await analyzeText(text), text), ['currentTime: Date.now()', 'random: Math.random()']);
  });

  it('in another file', async () => {
    const texts = {
      'index.js':
        "const df = require('durable-functions');\nconst { hello } = require('./hello');\ndf.app.orchestration('Hello', hello);",
      'hello.js': 'function* hello(context) { return new Date(); }\nmodule.exports = { hello };',
    };
    const [finding] = await analyzeText(texts);
    assert.deepEqual([finding?.orchestrators, finding?.file], [['Hello'], 'hello.js']);
  });
});

describe('async orchestrators', () => {
  const made = async (handler: string): Promise<string | undefined> => {
    const text = `import * as df from 'durable-functions';\ndf.app.orchestration('O', ${handler});`;
    const findings = await analyzeText(text);
    assert.equal(findings[0]?.cause, 'asyncOrchestrator');
    const [fix] = findings[0].fixes;
    if (fix === undefined) return undefined;
    const fixed = applied(text, fix);
    assert.deepEqual(told(await analyzeText(fixed), fixed), []);
    return fixed.slice(text.indexOf("'O', ") + 5, -2);
  };

  it('become generators, their awaits of tasks yields', async () => {
    assert.equal(
      await made("async function* (context) { const a = yield context.df.callActivity('A'); return a; }"),
      "function* (context) { const a = yield context.df.callActivity('A'); return a; }",
    );
    assert.equal(
      await made("async function hello(context) { return await context.df.callActivity('A'); }"),
      "function* hello(context) { return yield context.df.callActivity('A'); }",
    );
    assert.equal(
      await made("async (context) => { await Promise.all([context.df.callActivity('A')]); }"),
      "function* (context) { yield context.df.Task.all([context.df.callActivity('A')]); }",
    );
    assert.equal(
      await made("{ async handler(context) { await context.df.callActivity('A'); } }"),
      "{ *handler(context) { yield context.df.callActivity('A'); } }",
    );
  });

  it('are left to their author where other awaits would be left over', async () => {
    assert.equal(await made('async function (context) { await load(); }'), undefined);
    assert.equal(await made('async (context) => await context.df.callActivity("A")'), undefined);
  });
});

describe('comments that silence', () => {
  it('a line, the next line, one cause, or the way through a call', async () => {
    const before = '// durascope-ignore-next-line\nconst ignored = () => 1;\nconst now = () => Date.now();';
    const text = orchestrator(
      [
        'Date.now(); // durascope-ignore-line',
        '// durascope-ignore-next-line because it is only shown',
        'Date.now(); Math.random();',
        '/* durascope-ignore-next-line random, uuid */',
        'Math.random(); new Date();',
        '// durascope-ignore-next-line currentTime',
        'now();',
        'Date.now();',
      ].join('\n'),
      before,
    );
    const findings = await analyzeText(text);
    assert.deepEqual(told(findings, text), ['currentTime: new Date()', 'currentTime: Date.now()']);
  });
});

describe('the apps of this project', () => {
  const files: SourceFiles = {
    resolve(from, specifier) {
      const found = resolutionCandidates(specifier)
        .map((each) => path.join(path.dirname(from), each))
        .find((each) => existsSync(each) && statSync(each).isFile());
      return Promise.resolve(found);
    },
    read: (file) => Promise.resolve(existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  };

  it('have no findings but those that are there on purpose', async () => {
    const found: string[] = [];
    const sources = await fastGlob(['examples/**/*.{ts,js,mjs,cjs}', 'test/fixtures/apps/**/*.{ts,js,mjs,cjs}'], {
      cwd: root,
      ignore: ['**/node_modules/**', '**/dist/**'],
    });
    assert.ok(sources.length > 40);
    const analyzer = new DeterminismAnalyzer(files);
    for (const source of sources.sort()) {
      const folder = path.dirname(path.join(root, source));
      const folderName = existsSync(path.join(folder, 'function.json')) ? path.basename(folder) : null;
      const { findings, unreadable } = await analyzer.analyze(path.join(root, source), folderName);
      assert.deepEqual(unreadable, [], source);
      found.push(...findings.map((each) => `${source}:${each.span.startLine1} ${each.cause}`));
    }
    // An orchestrator that says so and spins for a while, to be found hanging.
    const spinning = 'test/fixtures/apps/commonjs/src/functions/orchestrations.js';
    const expected = ['20 currentTime', '21 fileSystem', '22 currentTime'];
    assert.deepEqual(
      found,
      expected.map((each) => `${spinning}:${each}`),
    );
  });
});
