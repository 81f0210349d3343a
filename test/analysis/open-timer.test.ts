import assert from 'node:assert/strict';
import { DeterminismAnalyzer } from '../../src/analysis/rules/determinism-analyzer';
import { filesOf, orchestrator } from './analyze-text';

/** `file:line variable` of the timer that the orchestrator `Story` may leave open. */
async function told(body: string, before = '', others: Readonly<Record<string, string>> = {}): Promise<string | null> {
  const texts = { 'a.ts': orchestrator(body, before), ...others };
  const found = await new DeterminismAnalyzer(filesOf(texts)).openTimer('a.ts', 'story');
  return found === null ? null : `${found.file}:${found.span.startLine1} ${found.variable ?? '-'}`;
}

const race = (timer: string): string =>
  [
    `const limit = ${timer};`,
    "const approved = context.df.waitForExternalEvent('Approved');",
    'const winner = yield context.df.Task.any([approved, limit]);',
    'return winner === approved;',
  ].join('\n');
const made = 'context.df.createTimer(context.df.currentUtcDateTime)';

describe('the timer that code which has returned may have left open', () => {
  it('is the one that a race leaves, by its line and its variable', async () => {
    assert.equal(await told(race(made)), 'a.ts:4 limit');
    assert.equal(await told(`yield context.df.Task.any([${made}]);`), 'a.ts:4 -');
    assert.equal(await told(`let limit;\nlimit = ${made};\nyield context.df.Task.any([limit]);`), 'a.ts:5 limit');
    // Also where one branch cancels it: the other may not.
    assert.equal(await told(`${race(made)}\nif (winner === approved) limit.cancel();`), 'a.ts:4 limit');
  });

  it('is none that is yielded at once: it has fired before the code went on', async () => {
    assert.equal(await told(`yield ${made};\n${race(made)}`), 'a.ts:5 limit');
    assert.equal(await told(`yield ${made};`), null);
  });

  it('is not guessed among several', async () => {
    assert.equal(await told(`const first = ${made};\n${race(made)}`), null);
  });

  it('is found in helpers that are handed the context, in this file and in others', async () => {
    const helper = `function deadline(df) {\n  return df.createTimer(df.currentUtcDateTime);\n}`;
    assert.equal(await told(race('deadline(context.df)'), helper), 'a.ts:3 -');
    const other = `export ${helper}`;
    assert.equal(await told(race('deadline(context.df)'), "import { deadline } from './b';", { 'b.ts': other }), 'b.ts:2 -');
    const kept = `export function* wait({ df }) {\n  const limit = df.createTimer(df.currentUtcDateTime);\n  return yield df.Task.any([limit]);\n}`;
    assert.equal(await told('return yield* wait(context);', "import { wait } from './b';", { 'b.ts': kept }), 'b.ts:2 limit');
  });

  it('is not told where the context gets out of sight', async () => {
    assert.equal(await told(`${race(made)}\nunknown(context);`, "import { unknown } from 'elsewhere';"), null);
    assert.equal(await told(`all.push(context.df);\n${race(made)}`, 'const all = [];'), null);
    assert.equal(await told(`const { createTimer } = context.df;\n${race(made)}`), null);
    assert.equal(await told(`const make = context.df.createTimer;\n${race(made)}`), null);
    assert.equal(await told(`const kept = { context };\n${race(made)}`), null);
    assert.equal(await told(`context.df[name]();\n${race(made)}`, "const name = 'createTimer';"), null);
  });

  it('is not told where calls make timers of their own and are left open, too', async () => {
    assert.equal(await told(`const page = context.df.callHttp({});\n${race(made)}`), null);
    assert.equal(await told(`const charge = context.df.callActivityWithRetry('Charge', retry);\n${race(made)}`), null);
    assert.equal(await told(`yield context.df.callHttp({});\n${race(made)}`), 'a.ts:5 limit');
  });

  it('is not told of a function that is not in the file, or is there twice, or cannot be read', async () => {
    const analyzer = new DeterminismAnalyzer(filesOf({ 'a.ts': orchestrator(race(made)), 'b.ts': 'const = ;' }));
    assert.equal(await analyzer.openTimer('a.ts', 'Other'), null);
    assert.equal(await analyzer.openTimer('b.ts', 'Story'), null);
    assert.equal(await analyzer.openTimer('c.ts', 'Story'), null);
    const twice = new DeterminismAnalyzer(filesOf({ 'a.ts': orchestrator(race(made)) + orchestrator(race(made)).slice(40) }));
    assert.equal(await twice.openTimer('a.ts', 'Story'), null);
  });
});
