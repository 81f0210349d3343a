import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DeterminismAnalyzer } from '../../src/analysis/rules/determinism-analyzer';
import { filesOf, orchestrator } from './analyze-text';

const pieces = [
  ...[
    'Date.now()',
    'yield',
    'await',
    'context.df.callActivity("A")',
    'function*',
    'async',
    '=>',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ';',
    ',',
  ],
  ...[
    'const a =',
    'let',
    'x',
    'class A',
    'import',
    'from',
    "'./a'",
    'export',
    'default',
    '// durascope-ignore-line',
    '/*',
    '*/',
    '`',
    '${',
  ],
  ...[
    '"',
    "'",
    '<T>',
    'as',
    'enum',
    '@d',
    '#p',
    '...',
    '?.',
    'process.env',
    'require("./a")',
    'module.exports =',
    'setTimeout',
    '\n',
    '\u2028',
  ],
];

describe('any text at all', () => {
  const survives = async (text: string, file: string): Promise<void> => {
    const analyzer = new DeterminismAnalyzer(filesOf({ [file]: text }));
    const { findings, files } = await analyzer.analyze(file);
    assert.deepEqual(files[0], file);
    for (const { span, fixes } of findings) {
      for (const { start, end } of [span, ...fixes.flatMap((each) => each.edits)]) {
        assert.ok(start >= 0 && start <= end && end <= text.length);
      }
    }
  };
  const files = fc.constantFrom('a.ts', 'a.tsx', 'a.js', 'a.mjs', 'a.cts');

  it('is looked at without a throw', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), files, survives), { numRuns: 300 });
  });

  it('made of the words of orchestrators is looked at without a throw', async () => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((each) => each.join(' '));
    await fc.assert(fc.asyncProperty(text, files, survives), { numRuns: 1000 });
    await fc.assert(
      fc.asyncProperty(
        text.map((each) => orchestrator(each)),
        files,
        survives,
      ),
      { numRuns: 1000 },
    );
  });

  it('cut off anywhere is looked at without a throw', async () => {
    const whole = orchestrator(
      'const a = yield context.df.callActivity(`x${Date.now()}`);\nfor (const { b = Math.random() } of a) yield* c(b);',
      'enum E { A = 1 }',
    );
    for (let end = 0; end <= whole.length; end += 1) await survives(whole.slice(0, end), 'a.ts');
  });

  it('nested deeper than the stack reaches is looked at without a throw', async () => {
    await survives(orchestrator(`return ${'('.repeat(50_000)}1${')'.repeat(50_000)};`), 'a.ts');
    await survives(orchestrator(`return ${'[1].concat('.repeat(3000)}1${')'.repeat(3000)};`), 'a.ts');
    await survives(orchestrator(`return ${Array.from({ length: 20_000 }, () => 'a').join(' + ')};`), 'a.ts');
    await survives(orchestrator(`return a${'.b()'.repeat(20_000)};`), 'a.ts');
  });

  it('longer than anyone writes is left alone', async () => {
    await survives(`${orchestrator('Date.now();')}// ${'x'.repeat(700_000)}`, 'a.ts');
  });
});
